/** Makes the first administrator of a console that has just started, as a person would, and a token for scripts. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret, TOTP } from 'otpauth'

/** Calls the API of a console. */
export type ConsoleCall = (path: string, body?: object) => Promise<Readonly<Record<string, unknown>>>

/**
 * @param tells what the program has told, in which the link of the set-up stands
 * @returns calls with the token: GET without a body, else POST. It may read and act
 */
export async function consoleCalls(origin: string, tells: () => string): Promise<ConsoleCall> {
  const headers = await consoleHeaders(origin, tells)
  return async (path, body) => (await call(origin, path, headers, body)).json
}

/** The headers of requests with such a token. */
export async function consoleHeaders(origin: string, tells: () => string): Promise<Readonly<Record<string, string>>> {
  const link = /#\/set-up\/([\w-]{43})/
  while (!link.test(tells())) await sleep(100)
  const setUp = link.exec(tells())?.[1] ?? ''
  const begun = await call(origin, '/setup/begin', {}, { token: setUp })
  const code = new TOTP({ secret: Secret.fromBase32(String(begun.json.secret)) }).generate()
  const account = { token: setUp, name: 'root', password: 'a long phrase of this test', code }
  const { cookie } = await call(origin, '/setup', {}, account)
  const token = { label: 'script', scopes: ['read', 'act'], days: 1 }
  const made = await call(origin, '/tokens', { Cookie: cookie }, token)
  return {
    ...{ 'Content-Type': 'application/json', Origin: origin },
    Authorization: `Bearer ${String(made.json.token)}`,
  }
}

async function call(origin: string, path: string, headers: Readonly<Record<string, string>>, body?: object) {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'Content-Type': 'application/json', Origin: origin, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  const json = (await answer.json()) as Readonly<Record<string, unknown>>
  return { json, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}
