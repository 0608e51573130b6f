/** The reader of pages beside htmlparser2's tokenizer. More with `POSTERN_FUZZ=100000`. */
import { Tokenizer } from 'htmlparser2'
import { expect, test } from 'vitest'
import type { HtmlHandler } from '../../src/html/handler.ts'
import { PageReader } from '../../src/html/page-reader.ts'
import { tokenize } from '../../src/html/tokens.ts'
import { fc, runs } from '../support/property.ts'
import { tokenizeSlowly } from '../support/slow-tokens.ts'

const numRuns = runs(3000)

type Token = readonly (string | number | readonly (readonly [string, string])[])[]

/** All tokens; texts in a row are one, since a text may arrive in pieces. */
class Recorder implements HtmlHandler {
  readonly tokens: Token[] = []

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    this.tokens.push(['open', name, [...attributes]])
  }

  close(name: string): void {
    this.tokens.push(['close', name])
  }

  text(text: string, needless: number): void {
    const last = this.tokens.at(-1)
    if (last?.[0] !== 'text') this.tokens.push(['text', text, needless])
    else this.tokens.splice(-1, 1, ['text', `${last[1]}${text}`, Number(last[2]) + needless])
  }

  comment(length: number): void {
    this.tokens.push(['comment', length])
  }
}

function slow(html: string): readonly Token[] {
  const recorder = new Recorder()
  tokenizeSlowly(html, recorder)
  return recorder.tokens
}

/** Reads in slices of `slice` characters. */
function fast(html: string, slice = 1e9): readonly Token[] {
  const recorder = new Recorder()
  const page = new PageReader(html, recorder, Tokenizer)
  while (page.readTo(page.at + slice));
  return recorder.tokens
}

const tags = 'a p td title textarea script style xmp iframe noembed noframes plaintext scripts TITLE'.split(' ')
const token = fc.oneof(
  fc.constantFrom(...'<>"\'=&;/!-?[] \n\t\f\r{}'),
  fc.constantFrom('<!', '<!--', '-->', '--!>', '--', '<![CDATA[', ']]>', '<?', '</', '/>', '<!doctype', '<!DOC', '< '),
  fc.constantFrom(...tags.flatMap(name => [`<${name}>`, `</${name}>`, `<${name} `, `</${name}`, `<${name}/`])),
  fc.constantFrom(' href="', "id='x'", ' href=', ' HREF=y', ' hidden', '="a&amp;b"', "='&lt", ' a = b'),
  fc.constantFrom(
    '&amp;',
    '&amp',
    '&nbsp;',
    '&#65;',
    '&#x41',
    '&#0065',
    '&notin;',
    '&notit',
    '&acE;',
    '&#',
    '&#x',
    '&x',
  ),
  fc.constantFrom(
    '&#1114112;',
    '&#55296;',
    '&#0;',
    '&#128;',
    '&lt',
    '&gt;',
    '&copy=',
    '&copy1',
    '1',
    'x',
    'é',
    '\u212a',
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
)
const page = fc.array(token, { maxLength: 30 }).map(tokens => tokens.join(''))

test('the tokens of any page are those of the tokenizer', () => {
  fc.assert(
    fc.property(page, html => {
      expect(fast(html)).toEqual(slow(html))
    }),
    { numRuns },
  )
})

test('the tokens are the same in slices', () => {
  // Inside of a title, htmlparser2 takes an entity after the beginning of an end tag for text.
  const plainPage = page.map(html => html.replace(/<\/?[a-z]*(?=&)/gi, ''))
  fc.assert(
    fc.property(plainPage, fc.integer({ min: 1, max: 20 }), (html, slice) => {
      expect(fast(html, slice)).toEqual(fast(html))
    }),
    { numRuns },
  )
})

test('a long page is read in slices that serve others between them', async () => {
  const html = `${'text &amp; <b title="&lt;">more</b>\n'.repeat(2000)}<style>${'p { color: red }\n'.repeat(2000)}</style>`
  const recorder = new Recorder()
  let turns = 0
  let reading = true
  const turn = (): void => {
    turns++
    if (reading) setImmediate(turn)
  }
  setImmediate(turn)
  await tokenize(html, recorder)
  reading = false
  expect(turns).toBeGreaterThan(html.length / 16_384 - 2)
  expect(recorder.tokens).toEqual(slow(html))
})

test.for([
  ['a single less-than sign is text', 'a < b &amp; c <'],
  ['a tag that the page ends in is dropped', 'a <b href="x'],
  ['an end tag that the page ends in is dropped', 'a </b foo'],
  ['the entities of a title are decoded, those of a script are not', '<title>&lt;</title><script>&lt;</script>'],
  ['what follows plaintext is text', '<plaintext>a</plaintext><b>'],
  ['an attribute without a value, twice, and with an entity', '<a x x=1 y=&quot;z w="a&b=1&amp;c"/>'],
  ['comments of every form', '<!--><!---><!----><!--a--!><!-- b -- > --><!c><?d></ e><!--f--'],
])('%s', ([, html]) => {
  expect(fast(html as string)).toEqual(slow(html as string))
})
