/** Hands feedback about messages to the filters that learn, and sent mail to those that remember it. */
import { Readable } from 'node:stream'
import { withBudget } from '../dns/budget.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import type { Feedback, SentMail, TrainingExample } from '../model/feedback.ts'
import type { Filter } from '../model/filter.ts'
import { afterRunning } from '../model/running-time.ts'
import type { Services } from '../model/services.ts'
import type { Connection, Greeting, Header, Message, Transaction } from '../model/stage.ts'
import type { CompiledGateway } from './compile.ts'
import { receive } from './receive.ts'
import { reference } from './reference.ts'
import { Scope } from './scope.ts'
import { Spool } from './spool.ts'

/** How long a filter may take to learn, and a message to arrive. Stores and DNS have shorter deadlines. */
const TIMEOUT_MS = 60_000
const MAX_NAME_LENGTH = 320

/**
 * Settles when every filter has learned.
 *
 * @throws PosternError when the feedback is malformed, or no filter knows the message
 * @throws Error when a filter could not learn; then call it again: it counts once
 */
export async function submitFeedback(setup: CompiledGateway, services: Services, feedback: Feedback): Promise<void> {
  const learners = setup.filters.filter(({ onFeedback }) => onFeedback !== undefined)
  const problems = [...check(feedback, learners)]
  if (problems.length > 0) throw new PosternError(problems, 'ERR_POSTERN_FEEDBACK')
  const { label, by, undo = false, imported, recipient, ref } = feedback
  const example = {
    label,
    by,
    undo,
    services,
    ...(ref !== undefined && { ref }),
    ...(imported === true && { imported }),
    ...(recipient !== undefined && { recipient }),
  }
  if (feedback.message === undefined) return await callLearners(learners, example)
  const content = Buffer.isBuffer(feedback.message) ? Readable.from([feedback.message]) : feedback.message
  await withMessage(setup, services, content, message => callLearners(learners, { ...example, message }))
}

/** @throws PosternError when there are no addresses, or no filter remembers them */
export async function submitSentMail(setup: CompiledGateway, services: Services, mail: SentMail): Promise<void> {
  const found = { from: typeof mail.from === 'string', to: Array.isArray(mail.to) }
  if (!found.from || !found.to)
    throw new PosternError(
      [
        {
          path: 'recordSent',
          found,
          expected: 'a reverse-path and forward-paths',
          remedy: "write { from: '…', to: ['…'] }",
        },
      ],
      'ERR_POSTERN_FEEDBACK',
    )
  const listeners = setup.filters.filter(({ onSent }) => onSent !== undefined)
  if (listeners.length === 0)
    throw new PosternError(
      [{ path: 'filters', found: 'none that remembers', expected: 'a filter that does', remedy: 'add knownSender()' }],
      'ERR_POSTERN_FEEDBACK',
    )
  await Promise.all(listeners.map(filter => filter.onSent?.(mail, services)))
}

async function callLearners(learners: readonly Filter[], example: TrainingExample): Promise<void> {
  const results = await Promise.allSettled(learners.map(filter => withTimeout(filter, example)))
  const errors = results.flatMap(({ status, ...rest }) => ('reason' in rest ? [rest.reason as unknown] : []))
  const failure = errors.find(error => !(error instanceof PosternError))
  if (failure !== undefined) throw failure
  if (errors.length === learners.length)
    throw new PosternError(
      errors.flatMap(error => (error instanceof PosternError ? error.problems : [])),
      'ERR_POSTERN_UNKNOWN_MESSAGE',
    )
}

async function withTimeout(filter: Filter, example: TrainingExample): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const cancel = afterRunning(example.services.clock, TIMEOUT_MS, () =>
    reject(new Error(`${filter.name} did not learn within ${TIMEOUT_MS} ms`)),
  )
  try {
    await Promise.race([filter.onFeedback?.(example), promise])
  } finally {
    cancel()
  }
}

/** Reads a message as if a client had sent it, and releases it when `use` has settled. */
async function withMessage(
  setup: CompiledGateway,
  services: Services,
  content: Readable,
  use: (message: Message) => Promise<void>,
): Promise<void> {
  const spool = new Spool({ memory: setup.memory, folder: setup.folder, budget: setup.budget })
  const dns = withBudget(services.dns, { clock: services.clock })
  const nowhere = { ip: undefined, client: 'unknown', ref: reference(), spokeEarly: false, ...services, dns }
  const connection = new Scope<Connection>('connect', undefined, nowhere)
  const greeting = new Scope<Greeting>('helo', connection, { helo: undefined })
  const transaction = new Scope<Transaction>('mail', greeting, { reversePath: '', utf8: true })
  const scopes: Scope[] = [connection, greeting, transaction]
  let header = new Scope<Header>('header', transaction, {})
  const cancel = afterRunning(services.clock, TIMEOUT_MS, () => content.destroy(new Error('it did not end in time')))
  try {
    const reception = await receive(content, {
      size: setup.size,
      spool,
      header: async fields => {
        header = new Scope<Header>('header', transaction, { forwardPaths: [], header: fields })
        return []
      },
    })
    cancel()
    if (reception.kind !== 'complete') throw notRead(reception.kind, setup.size)
    const message = new Scope<Message>('message', header, {
      size: spool.size,
      open: (start?: number) => spool.open(start),
      copyTo: (target: Uint8Array, start?: number) => spool.copyTo(target, start),
    })
    scopes.push(header, message)
    await use(message.view)
  } finally {
    cancel()
    for (const scope of scopes) scope.end()
    if (!content.destroyed) content.destroy()
    await spool.close()
  }
}

function notRead(kind: string, size: number): Error {
  if (kind !== 'too-large') return new Error('the message could not be read to its end')
  const remedy = 'pass a message that the gateway would have received, or raise limits.size'
  return new PosternError(
    [{ path: 'message', found: kind, expected: `at most ${size} bytes`, remedy }],
    'ERR_POSTERN_MESSAGE_SIZE',
  )
}

function* check(feedback: Feedback, learners: readonly Filter[]): Generator<Problem> {
  const { label, by, recipient, ref, message } = feedback
  if (learners.length === 0)
    yield { path: 'filters', found: 'none that learns', expected: 'a filter that does', remedy: 'add reputation()' }
  if (label !== 'ham' && label !== 'spam')
    yield { path: 'label', found: label, expected: "'ham' or 'spam'", remedy: 'say which of the two it was' }
  if (typeof by !== 'string' || by === '' || by.length > MAX_NAME_LENGTH)
    yield {
      path: 'by',
      found: by,
      expected: `a name of 1 to ${MAX_NAME_LENGTH} characters`,
      remedy: "say who reports, such as 'user:alice'",
    }
  if (recipient !== undefined && (typeof recipient !== 'string' || recipient.length > MAX_NAME_LENGTH))
    yield {
      path: 'recipient',
      found: recipient,
      expected: `an address of at most ${MAX_NAME_LENGTH} characters`,
      remedy: 'name the recipient, or leave it out',
    }
  if (ref === undefined && message === undefined)
    yield {
      path: 'ref',
      found: 'neither ref nor message',
      expected: 'one of them, or both',
      remedy: 'name the message by the reference in its reply, or give its bytes',
    }
  else if (ref !== undefined && !/^[0-9A-Za-z-]{1,32}$/.test(ref))
    yield {
      path: 'ref',
      found: ref,
      expected: 'up to 32 letters, digits and hyphens',
      remedy: 'take what follows ref= in the reply or in X-Spam-Status',
    }
}
