/** Checks the answers of a store, and turns them into operations that copy them into another store. */
import type { Answers, Counter, Entry, Operation } from '../model/store.ts'

/** Whether these are valid answers. A database may answer anything. */
export function areAnswers<O extends readonly Operation[]>(operations: O, answers: unknown): answers is Answers<O> {
  if (!Array.isArray(answers) || answers.length !== operations.length) return false
  return operations.every((operation, index) => isAnswer(operation, answers[index]))
}

function isAnswer({ op, ...rest }: Operation, answer: unknown): boolean {
  switch (op) {
    case 'get':
      return answer === undefined || isEntry(answer)
    case 'set':
      return isEntry(answer)
    case 'add':
      return isEntry(answer) && 'added' in answer && typeof answer.added === 'boolean'
    case 'increment':
      return isEnding(answer) && 'count' in answer && Number.isSafeInteger(answer.count)
    case 'decayingAdd':
      return (
        Array.isArray(answer) &&
        'amounts' in rest &&
        answer.length === rest.amounts.length &&
        answer.every(sum => Number.isFinite(sum))
      )
    case 'compareAndSet':
    case 'delete':
      return typeof answer === 'boolean'
    default:
      throw op satisfies never
  }
}

const isEnding = (answer: unknown): answer is object =>
  typeof answer === 'object' &&
  answer !== null &&
  (!('endsIn' in answer) || (typeof answer.endsIn === 'number' && answer.endsIn >= 0))

const isEntry = (answer: unknown): answer is object =>
  isEnding(answer) && 'value' in answer && typeof answer.value === 'string'

/** The operations that write into another store what these answers show. */
export function copying(operations: readonly Operation[], answers: readonly unknown[]): readonly Operation[] {
  return operations.flatMap((operation, index) => copy(operation, answers[index]))
}

function copy(operation: Operation, answer: unknown): readonly Operation[] {
  const { op, key } = operation
  const put = ({ value, endsIn }: Entry): readonly Operation[] => [
    // A ttl of 0 would mean for ever.
    { op: 'set', key, value, ttl: endsIn === undefined ? 0 : Math.max(endsIn, 1) },
  ]
  switch (op) {
    case 'get':
      return answer === undefined ? [{ op: 'delete', key }] : put(answer as Entry)
    case 'set':
    case 'add':
      return put(answer as Entry)
    case 'increment': {
      const { count, ...end } = answer as Counter
      return operation.by === 0 && count === 0 ? [] : put({ value: String(count), ...end })
    }
    case 'compareAndSet':
      return answer === true ? [{ op: 'set', key, value: operation.value, ttl: operation.ttl }] : []
    case 'decayingAdd':
      return [
        { op: 'delete', key },
        { ...operation, amounts: answer as readonly number[] },
      ]
    case 'delete':
      return [{ op: 'delete', key }]
    default:
      throw op satisfies never
  }
}
