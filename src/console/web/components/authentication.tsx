/** What SPF, DKIM, DMARC and ARC say, as questions and answers. */
import { useConsole } from '../context.tsx'
import type { TransactionPart } from '../explain.ts'
import { inert } from '../format.ts'
import type { Texts } from '../texts/en.ts'
import { Panel } from './page.tsx'
import { Badge, type Tone } from './time.tsx'

/** The results of all messages of a session. */
export function Authentication({ transactions }: { readonly transactions: readonly TransactionPart[] }) {
  const { texts } = useConsole()
  const answers = transactions.flatMap(({ event }) => (event ? answersOf(event, texts.auth) : []))
  return (
    <Panel title={texts.message.authentication}>
      {answers.length === 0 ? (
        <p class="muted">{texts.message.noAuthentication}</p>
      ) : (
        <ul class="list">
          {answers.map(({ question, result, more, none }, index) => (
            <li key={`${index} ${question}`} class="answer">
              <span>
                {question} {more !== undefined && <span class="muted">{more}</span>}
              </span>
              <Result result={result} none={none} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface Answered {
  readonly question: string
  readonly result: string
  readonly more?: string
  /** What the result `none` means here. @default that the domain has published nothing */
  readonly none?: string | undefined
}

type Event = NonNullable<TransactionPart['event']>

function answersOf({ spf, dkim = [], dmarc, arc }: Event, texts: Texts['auth']): readonly Answered[] {
  const name = (domain: string): string => inert(domain, 120)
  return [
    ...(dmarc
      ? [
          {
            question: texts.dmarc(name(dmarc.domain)),
            result: dmarc.result,
            ...(dmarc.policy !== '' && { more: texts.policy(inert(dmarc.policy, 40)) }),
          },
        ]
      : []),
    ...(spf ? [{ question: texts.spf(name(spf.domain)), result: spf.result }] : []),
    ...dkim.map(({ domain, result }) => ({ question: texts.dkim(name(domain)), result, none: texts.unsigned })),
    ...(arc ? [{ question: texts.arc, result: arc.result, none: texts.unsealed }] : []),
  ]
}

const TONES: Readonly<Record<string, Tone>> = { pass: 'good', fail: 'bad', softfail: 'warning', permerror: 'warning' }

function Result({ result, none }: Pick<Answered, 'result' | 'none'>) {
  const { texts } = useConsole()
  const known = texts.auth.results[result as keyof Texts['auth']['results']] ?? inert(result, 40)
  const words = result === 'none' && none !== undefined ? none : known
  return (
    <Badge tone={TONES[result] ?? 'neutral'}>
      <span title={inert(result, 40)}>{words}</span>
    </Badge>
  )
}
