/** What a script does is found, in whatever way its names and texts are written. More with `POSTERN_FUZZ=100000`. */
import { describe, expect, test } from 'vitest'
import { summarise } from '../../../src/archives/pages/script-summary.ts'
import { anyDisguise, type Disguise, disguises } from '../../support/disguise.ts'
import { fc, runs } from '../../support/property.ts'

const read = async (code: string) => {
  const { found, deeds, ...rest } = await summarise({ code, as: '<script', onAction: false })
  return { ...rest, deeds: [...deeds], moves: found.moves.map(({ url }) => url), hides: found.disguised !== undefined }
}

const URL = 'https://evil.example.com/a?b=1'
const plain: readonly (readonly [string, Disguise])[] = Object.entries(disguises)

describe('M14 a script that writes its texts', () => {
  test.for(plain)('with %s goes where it says', async ([, write]) => {
    expect((await read(`window.location.href = ${write(URL)};`)).moves).toEqual([URL])
    expect((await read(`var u = ${write(URL)}; setTimeout(function(){top.location.replace(u)}, 9)`)).moves).toEqual([
      URL,
    ])
  })

  test.for(plain)('with %s uses the functions whose names it writes', async ([, write]) => {
    const found = await read(`var f = window[${write('atob')}]; self[${write('createObjectURL')}](x)`)
    expect(found.deeds).toEqual(expect.arrayContaining(['decodes', 'makes']))
    expect(found.hides).toBe(true)
  })

  test('in any combination goes where it says', async () => {
    await fc.assert(
      fc.asyncProperty(anyDisguise, fc.webUrl({ withQueryParameters: true }), async (write, url) => {
        const text = url.replace(/[^ -~]|['"\\`$]/g, '')
        expect((await read(`x=1;document.location=${write(text)}`)).moves).toEqual([text])
      }),
      { numRuns: runs(300) },
    )
  })
})

test.for([
  ['a name with an escape', 'l\\u006fcation = "https://evil.example.com/"'],
  ['a name with braces', 'window.loc\\u{61}tion.assign("https://evil.example.com/")'],
  ['brackets twice', 'self["loc"+"ation"]["hr"+"ef"]="https://evil.example.com/"'],
  ['a list of names', 'var n=["location","https://evil.example.com/"];window[n[0]]=n[1]'],
  ['a text that grows', 'var u="";u+="https://evil";u+=".example.com/";location=u'],
  ['a template', 'const h="evil.example.com";location.href=`https://${h}/`'],
  ['comments', 'location/*x*/./*y*/href/**/=/*"*/"https://evil.example.com/"//'],
  ['a regular expression with quotes', 'x.replace(/["\']/g,"");location="https://evil.example.com/"'],
  ['open', 'open("https://evil.example.com/","_self")'],
] as const)('M14 %s hides no address', async ([, code]) => {
  expect((await read(code)).moves).toEqual(['https://evil.example.com/'])
})

test('the names of variables are no disguise, nor are texts that happen to be names', async () => {
  for (const code of [
    'var e="submit",t="location";n[e]();o[t]=r;a["innerHTML"]="<b>"+x+"</b>"',
    'var k={write:"w",eval:1};k["href"]="a"+"b"; "at"+"om"',
    'switch("down"+n){case"load":f()}',
  ]) {
    expect((await read(code)).hides).toBe(false)
  }
})

test('any text is read as a script: it ends, and what it says is bounded', async () => {
  const token = fc.oneof(
    fc.constantFrom(...'"\'`/\\{}()[];,.+-*=<>!?:&|^~ \n$'.split('')),
    fc.constantFrom(
      '//',
      '/*',
      '*/',
      '${',
      '\\u{',
      '\\x4',
      '=>',
      '+=',
      '++',
      '===',
      '<!--',
      'atob',
      'location',
      'var ',
    ),
    fc.constantFrom('function ', 'return ', '.join("")', '.split("")', '[0]', 'fromCharCode(', '0x41', '1e999', "'a'"),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 80 }), async tokens => {
      const code = tokens.join('')
      const found = await read(code)
      for (const { length } of [...found.urls, ...found.encoded]) expect(length).toBeLessThanOrEqual(8 * code.length)
    }),
    { numRuns: runs(1000) },
  )
})

const ZIP = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), Buffer.alloc(120, 'x')])

test.for([
  ['fetched', `fetch("data:application/zip;base64,${ZIP.toString('base64')}").then(save)`],
  ['linked', `a.href="data:application/octet-stream;base64,"+"${ZIP.toString('base64')}"`],
  ['opened', `location="data:;base64,${ZIP.toString('base64')}"`],
  ['a list of numbers', `save(new Blob([new Uint8Array([${[...ZIP].join(',')}])]))`],
] as const)('M14 a file in a data URL or a list of bytes is seen: %s', async ([, code]) => {
  expect((await read(code)).files).toEqual(['zip'])
})

test('pictures, fonts and data of a report are no files', async () => {
  const picture = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>').toString('base64')
  for (const code of [
    `i.src="data:image/svg+xml;base64,${picture}"`,
    `a.href="data:text/csv;charset=utf-8,"+encodeURIComponent(rows)`,
    `chart([${Array.from({ length: 300 }, (_, index) => index % 97).join(',')}])`,
  ])
    expect((await read(code)).files).toEqual([])
})

test('M14 code without letters is a disguise', async () => {
  expect((await read('[][(![]+[])[+[]]+([![]]+[][[]])[+!+[]+[+[]]]]+(!![]+[])[+!+[]]'.repeat(9))).hides).toBe(true)
  expect((await read(`var a=[${'[1,2],[3,4],'.repeat(90)}]`)).hides).toBe(false)
})
