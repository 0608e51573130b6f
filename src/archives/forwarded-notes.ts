/** Notes that pass on to other notes. */
import type { Notes } from './inspection.ts'

/** The same notes with other ways to add some of them. */
export const forwarded = (notes: Notes, others: Partial<Notes>): Notes => ({
  trait: (trait, evidence) => notes.trait(trait, evidence),
  opened: evidence => notes.opened(evidence),
  beyond: evidence => notes.beyond(evidence),
  busy: evidence => notes.busy(evidence),
  member: member => notes.member(member),
  link: (url, more) => notes.link(url, more),
  text: text => notes.text(text),
  picture: picture => notes.picture(picture),
  inside: (name, inspection) => notes.inside(name, inspection),
  done: () => notes.done(),
  ...others,
})
