/** `postern/testing`: tools for tests of filters, without sockets, services or waiting. */
export { type ClockOptions, clock, type HandClock } from './clock.ts'
export { dialog, type Line, type Listening, type Played, readScript, type Script } from './dialog.ts'
export { type FindingMatchers, type Matched, matchers } from './matchers.ts'
export { type Attachment, type MessageOptions, message } from './message.ts'
export { ask, contextAt, probe } from './probe.ts'
export type { Probed } from './probed.ts'
export { type RecordOptions, record, type Sink } from './record.ts'
export {
  load,
  type RecordedAnswer,
  type RecordedCall,
  type RecordedMessage,
  type RecordedOutcome,
  type Recording,
  type Step,
  saveTo,
  type Timed,
  type Verb,
} from './recording.ts'
export { type Replay, type ReplayedStep, type ReplayOptions, replay } from './replay.ts'
export { servicesOf } from './services.ts'
export { type OneOrMany, type Zone, type ZoneLiteral, type ZoneNode, zone } from './zone.ts'
