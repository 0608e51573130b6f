/** The documents name what the code has. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { relaySchema } from '../src/relay/config/schema.ts'

const page = readFileSync('docs/reference/configuration.md', 'utf8')

/** The keys of the interfaces in a file of types. */
const keysIn = (file: string): readonly string[] => {
  const text = readFileSync(file, 'utf8')
  const options = text.split(/^export (?=interface|type)/m).filter(part => !/^interface Delivery\w*/.test(part))
  return [...new Set(options.flatMap(part => [...part.matchAll(/readonly (\w+)\??:/g)].map(([, key = '']) => key)))]
}

const named = (key: string): boolean => new RegExp(`\`[^\`\n]*\\b${key}\\b[^\`\n]*\``).test(page)

test('every option of the configuration is in docs/reference/configuration.md', () => {
  const { expected } = relaySchema.check
  const top = /\((.*)\)/.exec(expected)?.[1]?.split(', ') ?? []
  expect(top.length).toBeGreaterThan(20)
  expect(top.filter(key => !page.includes(`\`${key}\``) && !page.includes(`\`${key}.`))).toEqual([])
  expect(keysIn('src/relay/config/types.ts').filter(key => !named(key))).toEqual([])
})

test('every option of a route is in docs/reference/configuration.md', () => {
  const [options = ''] = readFileSync('src/relay/delivery/types.ts', 'utf8').split(
    '/** What the delivery works with. */',
  )
  const keys = [...new Set([...options.matchAll(/readonly (\w+)\??:/g)].map(([, key = '']) => key))]
  expect(keys.length).toBeGreaterThan(30)
  expect(keys.filter(key => !named(key))).toEqual([])
})
