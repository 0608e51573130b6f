/**
 * The words of the project: terms that an engineer of the field would search for, in plain sentences. Each word that is
 * listed here was replaced by what stands beside it. What a message says (a string of a test, a phrase of spam) is not
 * read.
 */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withoutCode } from './support/markdown.ts'

/** What no comment, test title, message of the program or document says, and what is said in its place. */
const PROSE: Readonly<Record<string, string>> = {
  'accrues?': 'adds and decays',
  barred: 'precheck',
  'bells?': 'timer, callback',
  'blacklist(?:s|ed|ing)?(?!-)': 'deny list',
  'condemn(?:ed|s)?': 'recently refused',
  convalescence: 'recovery',
  crowd: 'overflow queue, many clients',
  'dear|dearest': 'expensive',
  'doors?': 'adapter, entry point',
  farewell: 'shutdown',
  feigned: 'spoofed',
  'gates?': 'gateway, filter',
  harvest: 'probing of addresses',
  'hears?|heard': 'receives, is sent',
  hush: 'cancel',
  '(?:is|are|was|were) told': 'is notified, is answered',
  insured: 'with a fallback',
  'keeps? apart|kept apart': 'quarantine',
  'lanes?': 'priority class',
  'lessons?': 'training example, feedback',
  'lures?': 'phishing',
  manners: 'conventions',
  nobody: 'no client, no sender …',
  'octets?': 'bytes',
  'of (?:his|its|our|their) own(?=[.,:;)]|$| (?:and|as|at|before|by|for|in|of|on|to|when|where|which|with|is|are)\\b)':
    'its own, separate',
  'ones? that': 'the noun',
  patience: 'timeout',
  'obviously|simply': 'leave it out',
  'pressing requests?': 'urgent request',
  'servants?': 'server',
  shelf: 'segmented LRU',
  sparing: 'load shedding',
  'speaks? for': 'authenticates, is authorised by',
  'teach|teaches|taught': 'train',
  'the way of a message': 'request lifecycle',
  'thrown[- ]away senders?': 'disposable sender',
  untold: 'not announced',
  'vouch(?:es|ed)?': 'authenticates, authorises',
  'whitelist(?:s|ed|ing)?(?!-)': 'allow list',
  whoever: 'who; clients that',
}

/** Parts of names, as `camelCase` divides them. */
const NAMES =
  /^(?:accrue|barred|bell|condemned?|crowd|dear|door|farewell|feigned|gate|harvest|heard?|hush|insured?|lane|leaf|leaves|lessons?|lure|manners|octets?|patience|servant|shelf|sparing|strange|taught|teach|untold|vouche?s?|whoever|withdraw|wrote)s?$/i

/** Honest uses: ASN.1 names a type OCTET STRING, and HTTP a media type. */
const HONEST = /OCTET STRING|OCTET_STRING|application\/octet-stream|octet-stream/g

const all = globSync([
  '{src,test,examples,bench,scripts}/**/*.{ts,tsx}',
  '{docs,decisions,examples}/**/*.md',
  '{README,ARCHITECTURE,CONTRIBUTING,CHANGELOG,SECURITY}.md',
]).filter(file => file !== 'test/words.test.ts')

const COMMENT = /(?<=^|\s)\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/gm
const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g
/** A regular expression that fills a line. */
const REGEXP = /^\s*\/.*\/[a-z]*,?$/gm
const TITLE =
  /\b(?:test|describe)(?:\.\w+)*(?:\((?:\[[^()]*\]|\w+)\))?\(\s*(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g
/** Phrases of spam are data. */
const PHRASES = /\/content\/(?:wording|headers\/subjects|headers\/mailers)|\/facts\/language/

test.for(all)('%s has plain words, and lines of at most 120 characters', file => {
  const text = readFileSync(file, 'utf8')
  expect([...wrongWords(file, text), ...longLines(file, text)]).toEqual([])
})

function wrongWords(file: string, text: string): readonly string[] {
  if (file.endsWith('.md')) return wrongProse(withoutCode(text))
  const comments = Array.from(text.matchAll(COMMENT), ([comment]) => comment.replace(/`[^`\n]*`/g, ''))
  const titles = Array.from(text.matchAll(TITLE), ([, plain, template]) => plain ?? template ?? '')
  const code = text.replace(COMMENT, '')
  const messages = file.startsWith('src/') && !PHRASES.test(file) ? (code.match(STRING) ?? []) : []
  const names =
    code
      .replace(REGEXP, '')
      .replace(STRING, '')
      .match(/[A-Za-z_$][\w$]*/g) ?? []
  const wrongNames = new Set(
    names.filter(name =>
      name
        .replace(HONEST, '')
        .split(/_|(?<=[a-z])(?=[A-Z])/)
        .some(part => NAMES.test(part)),
    ),
  )
  return [
    ...wrongProse([...comments, ...titles, ...messages].join('\n')),
    ...[...wrongNames].map(name => `the name ${name}`),
  ]
}

/** One search for all of them, since nearly every file has none. */
const ANY = new RegExp(`\\b(?:${Object.keys(PROSE).join('|')})\\b`, 'i')

function wrongProse(text: string): readonly string[] {
  const plain = text.replace(HONEST, '').replace(/\n *(?:\* |\/\/ )?/g, ' ')
  if (!ANY.test(plain)) return []
  return Object.entries(PROSE).flatMap(([word, instead]) =>
    Array.from(
      plain.matchAll(new RegExp(`.{0,30}\\b(?:${word})\\b.{0,30}`, 'gi')),
      ([found]) => `"${found}" → ${instead}`,
    ),
  )
}

/** Tables, code and addresses cannot be wrapped. */
function longLines(file: string, text: string): readonly string[] {
  const isProse = file.endsWith('.md') ? /^(?!\||\S*https?:)/ : /^\s*(?:\/\*\*?|\*|\/\/)\s/
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .split('\n')
    .filter(line => line.length > 120 && isProse.test(line))
    .map(line => `${line.length} characters: ${line.slice(0, 60)}`)
}
