/** The door of `postern/testing`: what people who write rules need to prove them, without sockets, services or waiting. */
export { type ClockOptions, clock, type HandClock } from './clock.ts'
export { dialog, type Listening, type Played, readScript, type Script } from './dialog.ts'
export { type Attachment, type MessageOptions, message } from './message.ts'
export { type Probed, probe } from './probe.ts'
export { type RecordOptions, record, type Sink } from './record.ts'
export { load, type Recording, saveTo } from './recording.ts'
export { type Replay, type ReplayedStep, type ReplayOptions, replay } from './replay.ts'
export { type Zone, type ZoneLiteral, type ZoneNode, zone } from './zone.ts'
