/** What a PDF does: links, actions, scripts, attached files and encryption, in every way of writing them. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { FileTrait, Inspection } from '../../src/archives/inspection.ts'
import { fc, runs } from '../support/property.ts'
import { packedPdf, page, pdf } from './pdf-build.ts'

const { signal } = new AbortController()

async function look(bytes: Buffer): Promise<Inspection> {
  const found = await inspector({ signal })('a.pdf', bytes)
  if (found === undefined) throw new Error('not inspected')
  return found
}

const action = (text: string): Buffer => pdf(page('', { page: `/Annots [<< /Subtype /Link /A << ${text} >> >>]` }))
const URL = 'https://view-5521.pages.dev/a(b)'
const HEX = Buffer.from(URL).toString('hex')

describe('links of a PDF', () => {
  test.for<readonly [what: string, text: string]>([
    ['a text', '/S /URI /URI (https://view-5521.pages.dev/a(b))'],
    ['a text with escapes', '/S /URI /URI (https://view-5521.pages.dev/a\\(b\\))'],
    ['a text with octal escapes', '/S /URI /URI (\\150ttps://view-5521.p\\141ges.dev/a\\50b\\51)'],
    ['a text that is broken over lines', '/S /URI /URI (https://view-5521.pa\\\r\nges.dev/a(b))'],
    ['a text in hex', `/S /URI /URI <${HEX}>`],
    ['a text in hex with spaces', `/S/URI/URI<${HEX.replace(/../g, '$& \n')}>`],
    ['UTF-16', `/S /URI /URI <feff${Buffer.from(URL, 'utf16le').swap16().toString('hex')}>`],
    ['names in hex', `/#53 /U#52I /#55RI <${HEX}>`],
    ['comments between', `/S %x\n/URI %/URI (y)\n/URI %z\r<${HEX}>`],
    ['a text in another object', '/S /URI /URI 6 0 R'],
  ])('as %s is read', async ([, text]) => {
    const more = ['<< /Type /Null >>', `<${HEX}>`]
    const objects = page('', { page: `/Annots [<< /Subtype /Link /A << ${text} >> >>]`, more })
    expect((await look(pdf(objects))).links).toEqual([{ url: URL }])
    const packed = objects.map(object => (typeof object === 'string' ? object : 'null'))
    expect((await look(packedPdf(packed))).links).toEqual([{ url: URL }])
  })

  test('and an older version of the same key are read', async () => {
    const links = (await look(action('/S /URI /URI (https://one.example.com/) /URI (https://two.example.com/)'))).links
    expect(links.map(({ url }) => url).toSorted()).toEqual(['https://one.example.com/', 'https://two.example.com/'])
  })

  test('are read where the table of references is broken, an object is in a stream, or the file is cut', async () => {
    const text = action(`/S /URI /URI <${HEX}>`).toString('latin1')
    const table = `${text.slice(0, text.indexOf('xref'))}%%EOF`
    const inside = pdf([{ data: '9 0 obj << /A << /S /URI /URI (https://inside.example.com/) >> >> endobj' }])
    expect((await look(Buffer.from(table, 'latin1'))).links).toEqual([{ url: URL }])
    expect((await look(inside)).links).toEqual([{ url: 'https://inside.example.com/' }])
    expect((await look(Buffer.from(text.slice(0, -100), 'latin1'))).traits).toContain('unscannable')
  })

  test('are read in a stream of objects without its type, which some viewers take', async () => {
    const objects = ['<< /Type /Catalog >>', `<< /A << /S /URI /URI <${HEX}> >> >>`]
    const bytes = packedPdf(objects).toString('latin1').replace('/Type /ObjStm', '/Typo /ObjStm')
    expect((await look(Buffer.from(bytes, 'latin1'))).links).toEqual([{ url: URL }])
  })

  test.for<readonly [what: string, filter: string, beyond: string]>([
    ['of a filter that is not known', '/Filter /Fold', 'a stream of objects cannot be read'],
    ['of a filter for pictures', '/Filter /DCTDecode', 'a stream of objects cannot be read'],
    [
      'of more filters than are applied',
      `/Filter [${'/ASCIIHexDecode '.repeat(5)}]`,
      'a stream has more filters than are applied',
    ],
  ])('M13 in a stream of objects %s are not examined', async ([, filter, beyond]) => {
    const found = await look(pdf(['null', { dict: `/Type /ObjStm /N 1 /First 4 ${filter}`, data: '9 0 null' }]))
    expect(found.beyond).toBe(beyond)
  })

  test('to which a form is sent, or that open without a click, say so', async () => {
    const form = '/S /SubmitForm /F << /FS /URL /F (https://collect.example.com/f) >>'
    expect((await look(action(form))).links).toEqual([{ url: 'https://collect.example.com/f', kind: 'form' }])
    const open = await look(pdf(page('', { catalog: '/OpenAction << /S /URI /URI (https://open.example.com/) >>' })))
    expect(open.links).toContainEqual({ url: 'https://open.example.com/' })
    expect(open.traits).toEqual(['auto-run'])
    const far = await look(action('/S /GoToR /F (\\\\\\\\files.example.com\\\\share\\\\a.pdf)'))
    expect(far.links).toEqual([{ url: '\\\\files.example.com\\share\\a.pdf', kind: 'open' }])
  })
})

describe('actions of a PDF', () => {
  test.for<readonly [what: string, text: string, traits: readonly FileTrait[]]>([
    ['a program', '/S /Launch /F (cmd.exe)', ['launch']],
    ['a program by its parameters', '/S /Launch /Win << /F (a.pdf) /P (/c calc) >>', ['launch']],
    ['a program in a specification', '/S /Launch /F << /Type /Filespec /UF (run.hta) >>', ['launch']],
    ['a name in hex', '/S /L#61unch /F (cmd.exe)', ['launch', 'script']],
    ['a file of another host', '/S /GoToR /F (//files.example.com/a.pdf)', ['launch']],
    ['a file inside it', '/S /GoToE /T << /R /C /N (a) >>', ['launch']],
    ['a script', '/S /JavaScript /JS (app.launchURL\\("https://a.example.com"\\))', ['script']],
    ['a script in a rendition', '/S /Rendition /JS (this.exportDataObject\\({cName:"a"}\\))', ['script']],
    ['another document beside it', '/S /Launch /F (../offers/Offer 12.xlsx)', []],
    ['another chapter', '/S /GoToR /F (chapter2.pdf) /D [0 /Fit]', []],
    ['a page', '/S /GoTo /D [3 0 R /Fit]', []],
    ['a named place', '/S /Named /N /NextPage', []],
  ])('%s', async ([, text, traits]) => {
    expect((await look(action(text))).traits).toEqual(traits)
  })

  test.for<readonly [what: string, catalog: string, found: boolean]>([
    ['a script at the start', '/OpenAction << /S /JavaScript /JS (app.launchURL("x")) >>', true],
    ['a script after another action', '/OpenAction << /S /Named /N /Print /Next << /S /Launch /F (a.exe) >> >>', true],
    [
      'a script of the document',
      '/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (eval(x)) >>] >> >>',
      true,
    ],
    ['a page at the start', '/OpenAction [3 0 R /Fit]', false],
    ['a page that is printed', '/OpenAction << /S /JavaScript /JS (this.print(true);) >>', false],
    ['functions of a form', '/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS 5 0 R >>] >> >>', false],
  ])('%s runs without a click: or does no harm', async ([, catalog, found]) => {
    const code = 'function total(a, b) { return getField(a).value + getField(b).value; } // adds up'
    const click = '/Annots [<< /A << /S /Launch /F (b.exe) >> >>]'
    const more = [{ data: code, packed: true }]
    expect((await look(pdf(page('', { catalog, more })))).traits.includes('auto-run')).toBe(found)
    // What a click starts does not run by itself.
    expect((await look(pdf(page('', { catalog, page: click, more })))).traits.includes('auto-run')).toBe(found)
  })
})

describe('files attached to a PDF', () => {
  const program = `MZ${'\0'.repeat(60)}This program cannot be run in DOS mode.`
  const names = '/Names << /EmbeddedFiles << /Names [(x) 5 0 R] >> >>'
  const inside = ({ members, inside }: Inspection) => [members, inside.map(one => [one.name, one.inspection.traits])]

  test.for<readonly [what: string, specification: string, dict: string, encode: (text: string) => string | Buffer]>([
    ['plain', '/Type /Filespec /F (order.exe) /EF << /F 6 0 R >>', '/Type /EmbeddedFile', text => text],
    ['without a type', '/UF (order.exe) /EF << /UF 6 0 R >>', '', text => text],
    ['with a name in UTF-16', '/UF <feff006f0072006400650072002e006500780065> /EF << /F 6 0 R >>', '', text => text],
    [
      'in hex',
      '/F (order.exe) /EF << /F 6 0 R >>',
      '/Filter /ASCIIHexDecode',
      text => `${Buffer.from(text).toString('hex')}>`,
    ],
    [
      'in hex under a short name',
      '/F (order.exe) /EF << /F 6 0 R >>',
      '/Filter [/AHx]',
      text => Buffer.from(text).toString('hex'),
    ],
  ])('%s are examined', async ([, specification, dict, encode]) => {
    const more = [`<< ${specification} >>`, { dict, data: encode(program) }]
    const found = await look(pdf(page('', { catalog: names, more })))
    expect(inside(found)).toEqual([[{ name: 'order.exe', size: program.length }], [['order.exe', ['executable']]]])
    expect(found.traits).toEqual(['embedded-file'])
  })

  test('are examined without a name, and behind a length that is too short', async () => {
    const more = ['null', { dict: '/Type /EmbeddedFile', data: program }]
    expect(inside(await look(pdf(page('', { more }))))).toEqual([
      [{ name: '', size: program.length }],
      [['', ['executable']]],
    ])
    const short = pdf(page('', { more })).toString('latin1').replace(`/Length ${program.length}`, '/Length 3')
    expect(inside(await look(Buffer.from(short, 'latin1')))[1]).toEqual([['', ['executable']]])
  })

  test('as the XML of an invoice are nothing to object to', async () => {
    const xml = '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact"/>'
    const more = [
      '<< /Type /Filespec /F (factur-x.xml) /UF (factur-x.xml) /AFRelationship /Data /EF << /F 6 0 R /UF 6 0 R >> >>',
      { dict: '/Type /EmbeddedFile /Subtype /text#2Fxml', data: xml, packed: true },
    ]
    const found = await look(pdf(page('', { catalog: `${names} /AF [5 0 R]`, more })))
    expect(found.traits).toEqual(['embedded-file'])
    expect(inside(found)).toEqual([[{ name: 'factur-x.xml', size: xml.length }], []])
  })
})

/** Made with pdfkit 0.20: a page with a link, the owner's password is `owner`. */
const fixture = (name: string): Buffer =>
  readFileSync(new globalThis.URL(`../../fixtures/pdf/${name}`, import.meta.url))

describe('an encrypted PDF', () => {
  test.for(['rc4-40', 'rc4-128', 'aes-128', 'aes-256'])('with %s and no password is read', async name => {
    const found = await look(fixture(`empty-${name}.pdf`))
    expect(found.traits).toEqual([])
    expect(found.links).toEqual([{ url: 'https://billing.example.net/invoice?id=5521', shown: 'View your invoice' }])
    expect(found.text).toContain('Call +1 (888) 555-0142 to cancel.')
  })

  test('with a password counts as encrypted, and nothing is read into it', async () => {
    for (const name of ['user-aes-128.pdf', 'user-aes-256.pdf']) {
      const found = await look(fixture(name))
      expect([found.traits, found.links]).toEqual([['encrypted'], []])
    }
  })

  test('whose handler is not known or missing counts as encrypted', async () => {
    expect((await look(pdf(page(''), { trailer: '/Encrypt 9 0 R' }))).traits).toEqual(['encrypted'])
    const encrypt = '/Encrypt << /Filter /Strange /V 1 >>'
    const found = await look(pdf(page('', { page: `/A << /S /URI /URI <${HEX}> >>` }), { trailer: encrypt }))
    expect([found.traits, found.links]).toEqual([['encrypted'], [{ url: URL }]])
  })

  test('in one of its trailers only is not examined', async () => {
    const both = pdf(page(''), { after: 'trailer << /Root 1 0 R /Encrypt << /Filter /Standard >> >>\n%%EOF' })
    expect((await look(both)).beyond).toBe('its trailers differ on whether it is encrypted')
  })
})

test.for<readonly [what: string, before: string, after: string, found: boolean]>([
  ['behind the end', '', '<script>new ActiveXObject("x")</script>', true],
  ['before the header', '<hta:application><script>x()</script>\n', '', true],
  ['neither: a message of a web server behind it', '', '<br /><b>Warning</b>: headers already sent', false],
])('M13 a page with code %s makes a PDF two formats', async ([, before, after, found]) => {
  const bytes = Buffer.concat([Buffer.from(before), pdf(page(''), { after })])
  expect((await look(bytes)).traits).toEqual(found ? ['polyglot'] : [])
})

test('M13 PDFs with bytes changed, cut out and put in never throw', async () => {
  const files = [
    pdf(
      page('BT (a) Tj ET', {
        page: `/Annots [<< /A << /S /URI /URI <${HEX}> >> >>]`,
        more: ['<< /AA << /C 4 0 R >> >>'],
      }),
    ),
    packedPdf(['<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (eval(1)) >> >>', '<< /Kids [] >>']),
    fixture('empty-rc4-40.pdf'),
    fixture('empty-aes-256.pdf'),
  ]
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert', 'twice') })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async (file, changes) => {
        let bytes = Buffer.from(file)
        for (const { at, byte, kind } of changes) {
          const place = at % bytes.length
          if (kind === 'set') bytes[place] = byte
          if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + (byte % 32))])
          if (kind === 'insert')
            bytes = Buffer.concat([bytes.subarray(0, place), Buffer.of(byte), bytes.subarray(place)])
          if (kind === 'twice') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place / 2)])
        }
        const found = await inspector({ signal })('a.pdf', bytes)
        expect(found?.evidence.filter(sentence => sentence.startsWith('it is damaged')) ?? []).toEqual([])
      },
    ),
    { numRuns: runs(200) },
  )
})
