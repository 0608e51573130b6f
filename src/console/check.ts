/** What is wrong with the options of a console. */
import { PosternError, type Problem } from '../model/errors.ts'
import { readNetwork } from '../net/networks.ts'
import type { ConsoleOptions } from './options.ts'

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** @throws PosternError with all that is wrong */
export function checkConsole({ url, proxies = [], signIn = {} }: ConsoleOptions): void {
  const problems = [...(url === undefined ? [] : urlProblems(url)), ...proxies.flatMap(proxyProblems)]
  const { oidc, proxyHeader, link } = signIn
  for (const [name, way] of Object.entries({ oidc, link }))
    if (way !== undefined && url === undefined)
      problems.push({
        path: `console.signIn.${name}`,
        found: 'no url of the console',
        expected: 'the url that people are sent to',
        remedy: "set url: 'https://console.example.org'",
      })
  if (proxyHeader !== undefined && proxies.length === 0)
    problems.push({
      path: 'console.signIn.proxyHeader',
      found: proxyHeader,
      expected: 'proxies whose header is trusted',
      remedy: "set proxies: ['127.0.0.1']",
    })
  if (oidc !== undefined) problems.push(...issuerProblems(oidc.issuer))
  if (problems.length > 0) throw new PosternError(problems)
}

function urlProblems(text: string): readonly Problem[] {
  const url = URL.parse(text)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))
  if (url !== null && isSecure && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '')
    return []
  const expected = 'an address with https:, without a path (http: only for the loopback)'
  return [{ path: 'console.url', found: text, expected, remedy: "set url: 'https://console.example.org'" }]
}

function issuerProblems(text: string): readonly Problem[] {
  const url = URL.parse(text)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return []
  const expected = 'the address of a provider with https:'
  return [
    { path: 'console.signIn.oidc.issuer', found: text, expected, remedy: 'set the address that the provider names' },
  ]
}

function proxyProblems(text: string, index: number): readonly Problem[] {
  const read = readNetwork(text)
  return 'width' in read ? [] : [{ path: `console.proxies[${index}]`, found: text, ...read }]
}
