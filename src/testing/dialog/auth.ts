/** AUTH PLAIN and LOGIN (RFC 4954, RFC 4616), as the smallest server knows them. */

/** What is answered, and what comes after it: another line of the client, or a user. */
export interface Turn {
  readonly reply: string
  readonly next?: (line: string) => Turn
  readonly user?: string
}

/** `parameters` is what stands behind AUTH. */
export function authenticate(users: ReadonlyMap<string, string>, parameters: string): Turn {
  const [mechanism = '', initial] = parameters.split(' ')
  const begin = mechanisms[mechanism.toUpperCase()]
  if (begin === undefined) return { reply: '504 5.5.4 No such mechanism' }
  const check = (user: string, secret: string): Turn =>
    users.get(user) === secret ? { reply: '235 2.7.0 Authenticated', user } : wrong
  return begin(check, initial)
}

type Begin = (check: (user: string, secret: string) => Turn, initial: string | undefined) => Turn

const wrong: Turn = { reply: '535 5.7.8 Authentication failed' }

/** RFC 4954 §4: a lone star takes it back. */
const ask = (challenge: string, then: (text: string) => Turn): Turn => ({
  reply: `334 ${Buffer.from(challenge).toString('base64')}`,
  next: line =>
    line === '*' ? { reply: '501 5.7.0 Authentication cancelled' } : then(Buffer.from(line, 'base64').toString()),
})

const mechanisms: Readonly<Record<string, Begin>> = {
  PLAIN: (check, initial) => {
    const read = (text: string): Turn => {
      const [, user = '', secret = ''] = text.split('\0')
      return check(user, secret)
    }
    return initial === undefined ? ask('', read) : read(Buffer.from(initial, 'base64').toString())
  },
  LOGIN: (check, initial) => {
    const named = (user: string) => ask('Password:', secret => check(user, secret))
    return initial === undefined ? ask('Username:', named) : named(Buffer.from(initial, 'base64').toString())
  },
}
