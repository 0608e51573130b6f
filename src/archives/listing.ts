/** Lists members of a container within the budget of the message. */
import type { ArchiveMember, Budget, Notes } from './inspection.ts'

/** Decodes a name, with `/` between folders. */
export const utf8 = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\\', '/')

/** Lists a member; false when the budget is used up. */
export const memberLister =
  (notes: Notes, budget: Budget) =>
  (member: ArchiveMember): boolean => {
    if (budget.entries <= 0) {
      notes.beyond('it has more entries than are listed')
      return false
    }
    budget.entries -= 1
    notes.member(member)
    if (member.encrypted) notes.trait('encrypted', 'entries of the archive need a password')
    return true
  }

/** The bytes before the first NUL. */
export const untilNul = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}
