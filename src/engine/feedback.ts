/** Hands what people say about messages to the filters that learn. */
import { Readable } from 'node:stream'
import { withBudget } from '../dns/budget.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import type { Feedback, SentMail, TrainingExample } from '../model/feedback.ts'
import type { Filter } from '../model/filter.ts'
import type { Services } from '../model/services.ts'
import type { Connection, Greeting, Header, Message, Transaction } from '../model/stage.ts'
import type { CompiledGateway } from './compiled.ts'
import { receive } from './receive.ts'
import { reference } from './reference.ts'
import { openScope, type Scope } from './scope.ts'
import { spool } from './spool.ts'

/**
 * How long one filter may take to learn: it waits for stores and for DNS, which have deadlines of their own. As long may
 * the bytes of a message take to come.
 */
const MAX_LENGTH = 60_000
const MAX_NAME_LENGTH = 320

/**
 * Settles when every filter has learned.
 *
 * @throws PosternError when what is said makes no sense, or no filter knows the message
 * @throws Error when a filter could not learn; to say the same again then is right, and counts once
 */
export async function submitFeedback(setup: CompiledGateway, world: Services, feedback: Feedback): Promise<void> {
  const learners = setup.filters.filter(({ onFeedback }) => onFeedback !== undefined)
  const problems = [...check(feedback, learners)]
  if (problems.length > 0) throw new PosternError(problems, 'ERR_POSTERN_FEEDBACK')
  const { label, by, undo = false, ref } = feedback
  const lesson = { label, by, undo, services: world, ...(ref !== undefined && { ref }) }
  if (feedback.message === undefined) return await callLearners(learners, lesson)
  const content = Buffer.isBuffer(feedback.message) ? Readable.from([feedback.message]) : feedback.message
  await withMessage(setup, world, content, message => callLearners(learners, { ...lesson, message }))
}

/** @throws PosternError when there are no addresses, or no filter that remembers them */
export async function submitSentMail(setup: CompiledGateway, world: Services, mail: SentMail): Promise<void> {
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
  const hearing = setup.filters.filter(({ onSent }) => onSent !== undefined)
  if (hearing.length === 0)
    throw new PosternError(
      [{ path: 'filters', found: 'none that remembers', expected: 'one that does', remedy: 'add knownSender()' }],
      'ERR_POSTERN_FEEDBACK',
    )
  await Promise.all(hearing.map(filter => filter.onSent?.(mail, world)))
}

async function callLearners(learners: readonly Filter[], lesson: TrainingExample): Promise<void> {
  const told = await Promise.allSettled(learners.map(filter => withTimeout(filter, lesson)))
  const errors = told.flatMap(({ status, ...rest }) => ('reason' in rest ? [rest.reason as unknown] : []))
  const failure = errors.find(error => !(error instanceof PosternError))
  if (failure !== undefined) throw failure
  if (errors.length === learners.length)
    throw new PosternError(
      errors.flatMap(error => (error instanceof PosternError ? error.problems : [])),
      'ERR_POSTERN_UNKNOWN_MESSAGE',
    )
}

async function withTimeout(filter: Filter, lesson: TrainingExample): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const cancel = lesson.services.clock.after(MAX_LENGTH, () =>
    reject(new Error(`${filter.name} did not learn within ${MAX_LENGTH} ms`)),
  )
  try {
    await Promise.race([filter.onFeedback?.(lesson), promise])
  } finally {
    cancel()
  }
}

/** Reads a message as if a client had sent it, and gives it back when `use` has settled. */
async function withMessage(
  setup: CompiledGateway,
  world: Services,
  content: Readable,
  use: (message: Message) => Promise<void>,
): Promise<void> {
  const store = spool({ memory: setup.memory, folder: setup.folder, budget: setup.budget })
  const dns = withBudget(world.dns, { clock: world.clock })
  const nowhere = { ip: undefined, ref: reference(), spokeEarly: false, ...world, dns }
  const connection = openScope<Connection>('connect', undefined, nowhere)
  const greeting = openScope<Greeting>('helo', connection, { helo: undefined })
  const transaction = openScope<Transaction>('mail', greeting, { reversePath: '', utf8: true })
  const scopes: Scope[] = [connection, greeting, transaction]
  let header = openScope<Header>('header', transaction, {})
  const cancel = world.clock.after(MAX_LENGTH, () => content.destroy(new Error('it did not come to its end')))
  try {
    const reception = await receive(content, {
      size: setup.size,
      spool: store,
      header: async fields => {
        header = openScope<Header>('header', transaction, { forwardPaths: [], header: fields })
        return []
      },
    })
    cancel()
    if (reception.kind !== 'complete') throw unread(reception.kind, setup.size)
    const message = openScope<Message>('message', header, { size: store.size, open: store.open })
    scopes.push(header, message)
    await use(message.context)
  } finally {
    cancel()
    for (const scope of scopes) scope.end()
    if (!content.destroyed) content.destroy()
    await store.close()
  }
}

function unread(kind: string, size: number): Error {
  if (kind !== 'too-large') return new Error('the message could not be read to its end')
  const remedy = 'give what the gateway would have taken, or raise limits.size'
  return new PosternError(
    [{ path: 'message', found: kind, expected: `at most ${size} bytes`, remedy }],
    'ERR_POSTERN_MESSAGE_SIZE',
  )
}

function* check(feedback: Feedback, learners: readonly Filter[]): Generator<Problem> {
  const { label, by, ref, message } = feedback
  if (learners.length === 0)
    yield { path: 'filters', found: 'none that learns', expected: 'one that does', remedy: 'add reputation()' }
  if (label !== 'ham' && label !== 'spam')
    yield { path: 'label', found: label, expected: "'ham' or 'spam'", remedy: 'say which of them it was' }
  if (typeof by !== 'string' || by === '' || by.length > MAX_NAME_LENGTH)
    yield {
      path: 'by',
      found: by,
      expected: `a name of 1 to ${MAX_NAME_LENGTH} characters`,
      remedy: "say who reports, such as 'user:alice'",
    }
  if ((ref === undefined) === (message === undefined))
    yield {
      path: 'ref',
      found: ref === undefined ? 'neither ref nor message' : 'both ref and message',
      expected: 'one of them',
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
