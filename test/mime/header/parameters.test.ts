import { expect, test } from 'vitest'
import { parseParameters } from '../../../src/mime/header/parameters.ts'
import { growth } from '../../support/cpu.ts'

test.for<[source: string, value: string, name: string, found: string[]]>([
  ['text/plain', 'text/plain', 'charset', []],
  ['Text/Plain; charset=UTF-8', 'text/plain', 'charset', ['UTF-8']],
  ['text/plain (a comment); charset = "us-ascii" (x); x=y', 'text/plain', 'charset', ['us-ascii']],
  ['multipart/mixed; boundary="a;b\\"c"', 'multipart/mixed', 'boundary', ['a;b"c']],
  ['a; name="x.pdf"; name=y.exe', 'a', 'name', ['x.pdf', 'y.exe']],
  ['a; name="=?utf-8?q?x=2Eexe?="', 'a', 'name', ['x.exe', '=?utf-8?q?x=2Eexe?=']],
  ["a; filename=x.txt; filename*=utf-8'en'x%2Eexe", 'a', 'filename', ['x.txt', 'x.exe']],
  ["a; filename*0*=utf-8''gr%C3; filename*1*=%BC%C3%9F; filename*2=.exe", 'a', 'filename', ['grüß.exe']],
  ['a; filename*0="one"; filename*1="two.exe"', 'a', 'filename', ['onetwo.exe']],
  ['a; name="never closed', 'a', 'name', ['never closed']],
  ['a;;; name = x ; =; y', 'a', 'name', ['x']],
])('%j has the value %s, and its %s reads %j', ([source, value, name, found]) => {
  const parameters = parseParameters(source)
  expect([parameters.value, parameters.all(name)]).toEqual([value, found])
})

test('M16 parameters named like members of Object are parameters and nothing else', () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const parameters = parseParameters('a; __proto__=polluted; constructor=x; __proto__*0=y')
  expect(parameters.all('__proto__')).toEqual(['polluted', 'y'])
  expect(parseParameters('a').all('constructor')).toEqual([])
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

test.for(['; ', ';a', ';a=', ';a="', '"', '(', ';a=(', ';a*0*=%41'])(
  'the cost of %j, repeated, grows with its length and no faster',
  async unit => {
    const read = (length: number) => parseParameters(`x${unit.repeat(length / unit.length)}`).all('a')
    expect(await growth(read, { small: 125_000, large: 500_000, enough: 12, floor: 2.5 })).toBeLessThan(12)
  },
)
