/** Checks of the options of digests. */
import { addressCheck } from '../mailing/check.ts'
import { duration, flag, oneOf, secret, whole } from '../model/checks.ts'
import { type Check, check, either, explained, list, object, required } from '../model/options.ts'
import { readMailbox, readName } from '../net/names.ts'
import { isZone, minutesOf } from './slots.ts'
import type { DigestOptions, DigestRule } from './types.ts'

const pattern: Check<string> = explained('an address or a domain such as example.org', value => {
  if (typeof value !== 'string') return 'an address or a domain such as example.org'
  const read = value.includes('@') ? readMailbox(value) : value.startsWith('.') ? { expected: WHOLE } : readName(value)
  return typeof read === 'string' ? undefined : read.expected
})
const WHOLE = 'a whole domain such as example.org; write an entry for each domain below it'

const time: Check<string> = check(
  "a time of day such as '07:30'",
  value => typeof value === 'string' && minutesOf(value) !== undefined,
)
const times = list(time, 'times of day', { min: 1 })

const rule: Check<DigestRule> = object<DigestRule>(
  {
    for: list(pattern, 'addresses and domains', { min: 1 }),
    to: addressCheck,
    when: oneOf('daily', 'first'),
    at: either<string | readonly string[]>("a time of day such as '07:30', or several", value =>
      Array.isArray(value) ? times : time,
    ),
    zone: check("a time zone such as 'Europe/Vienna'", value => typeof value === 'string' && isZone(value)),
    pause: duration({ min: '1m', max: '7d' }),
    language: oneOf('en', 'zh-CN'),
  },
  'a rule of digests',
)

/** The address of pages: its path may have a prefix, and nothing follows it. */
const pagesUrl: Check<string> = check('a URL such as https://mail.example.org', value => {
  if (typeof value !== 'string' || !/^https?:\/\/[\x21-\x7e]{1,500}$/.test(value) || !URL.canParse(value)) return false
  const { username, password, search, hash } = new URL(value)
  return username + password + search + hash === ''
})

/** The checks of all options; the configuration of the relay knows another way to find the address of the pages. */
export const digestShape = {
  url: pagesUrl,
  rules: list(rule, 'rules of digests', { min: 1 }),
  lines: whole({ min: 1, max: 500 }),
  linkTtl: duration({ min: '1h', max: '90d' }),
  train: flag(),
  secret: secret({ min: 32 }),
}

export const digestCheck: Check<DigestOptions> = object<DigestOptions>(
  { ...digestShape, url: required(pagesUrl) },
  'digests',
)
