/** Port 25: whether our own mail exchangers and others can be reached from here. */
import { errorText } from '../model/errors.ts'
import type { Check } from './run.ts'
import { SmtpProbe } from './smtp-probe.ts'
import type { CheckResult } from './types.ts'
import { type Verdicts, verdicts } from './verdicts.ts'

export interface Port25Options {
  /** Our name. */
  readonly name: string
  /** What clients connect to from outside. @default the name and port 25 */
  readonly inward?: { readonly host: string; readonly port: number }
  /** A server of others. @default none is asked */
  readonly outward?: { readonly host: string; readonly port: number }
  /** Milliseconds for one server. @default 10_000 */
  readonly timeout?: number
}

const EXPECTED = 'a server that greets with 220'

export const port25 = (options: Port25Options): Check => ({
  name: 'port-25',
  expected: EXPECTED,
  run: async signal => {
    const { name, inward = { host: name, port: 25 }, outward } = options
    const [into, out] = [verdicts('port-25 inward', EXPECTED), verdicts('port-25 outward', EXPECTED)]
    const results = [
      ask(inward, options, signal, into, reason =>
        // A router may not lead a machine back to its own outer address: others may reach it all the same.
        into.unknown(`${reason}; from outside it may be reachable`, `from another network: nc ${inward.host} 25`),
      ),
      ...(outward === undefined
        ? []
        : [
            ask(outward, options, signal, out, reason =>
              out.failed(reason, 'ask the provider of this machine to open port 25 outward'),
            ),
          ]),
    ]
    return await Promise.all(results)
  },
})

async function ask(
  at: { readonly host: string; readonly port: number },
  { name, timeout = 10_000 }: Port25Options,
  signal: AbortSignal,
  { ok, failed }: Verdicts,
  unreachable: (reason: string) => CheckResult,
): Promise<CheckResult> {
  const text = `${at.host}:${at.port}`
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  let probe: SmtpProbe | undefined
  try {
    probe = await SmtpProbe.open({ at, name, signal: deadline })
    const { code, text: words } = await probe.reply()
    if (code === 220) return ok(`${text} greets with 220 ${words}`)
    return failed(`${text} greets with ${code} ${words}`, 'see the log of that server')
  } catch (error) {
    const why = deadline.aborted ? `no answer within ${timeout / 1000} s` : errorText(error)
    return unreachable(`${text} cannot be reached from here: ${why}`)
  } finally {
    await probe?.quit()
  }
}
