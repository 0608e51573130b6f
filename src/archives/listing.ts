/** Members of a container, listed within the budget of the message. */
import type { Budget, Member, Notes } from './inspection.ts'

/** With `/` between folders. */
export const utf8 = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\\', '/')

/** Lists a member while the budget lasts; false when there may be no more. */
export const memberLister =
  (notes: Notes, budget: Budget) =>
  (member: Member): boolean => {
    if (budget.entries <= 0) {
      notes.beyond('it has more entries than are listed')
      return false
    }
    budget.entries -= 1
    notes.member(member)
    if (member.encrypted) notes.trait('encrypted', 'entries of the archive need a password')
    return true
  }

/** What stands before the first NUL. */
export const untilNul = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}
