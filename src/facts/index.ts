/**
 * `postern/facts`: the facts that filters can ask for. Facts and filters have the RFC's names, so both have an `spf`
 * and a `dmarc`. Import the facts as one object and the filters by name:
 *
 * @example
 * import { spf } from 'postern/filters'
 * import * as facts from 'postern/facts'
 *
 * const filters = [spf(), { name: 'own', mail: async mail => (await mail.ask(facts.spf)).result === 'none' && points(1,
 * '…') }]
 */

export type { ArchiveMember, DocumentLink, DocumentPicture, FileTrait, Inspection } from '../archives/inspection.ts'
export type { FileFormat } from '../filetypes/signatures.ts'
export type { DeceptiveCharacters } from '../html/characters.ts'
export type { Hiding, HtmlReading, Reference } from '../html/reading.ts'
export type { Address, LinkAnomaly } from '../links/address.ts'
export type { RedirectorKind } from '../links/redirectors.ts'
export type { Encoding } from '../mime/decode/encoding.ts'
export type { Parsed } from '../mime/parse.ts'
export type {
  Ambiguity,
  AmbiguityKind,
  NameTrick,
  Part,
  PartDefect,
  PartList,
  PartLocation,
  PartName,
} from '../mime/part.ts'
export type { Reader, Reading } from '../model/fact.ts'
export type { Connection, Fact, Greeting, Header, Message, Transaction } from '../model/stage.ts'
export { type Arc, type AuthenticationResults, arc, type MethodResult, type Sealer } from './arc/arc.ts'
export { type Archives, type Attachment, archives, type InspectedFile } from './archives.ts'
export { type Author, author } from './author.ts'
export { type Code, type Codes, codes } from './codes.ts'
export { type Dkim, type DkimResult, type DkimSignature, dkim, type UnsignedField } from './dkim/dkim.ts'
export { type Aligned, type Dmarc, type DmarcPolicy, dmarc } from './dmarc.ts'
export { type DocumentContent, documents } from './documents.ts'
export { type Fingerprint, fingerprint, fingerprintOf } from './fingerprint.ts'
export { type Forwarded, forwarded } from './forwarded.ts'
export { type Identities, identities, type Origin, origin } from './identities.ts'
export { type Language, language, languageOf, type Script } from './language.ts'
export { type Link, type Links, links } from './links.ts'
export { parsed } from './parsed.ts'
export { type Parts, parts } from './parts.ts'
export { type Rdns, rdns } from './rdns.ts'
export type { Memory } from './reputation.ts'
export { type Shape, shape } from './shape.ts'
export { heloSpf, type Spf, type SpfCheck, type SpfResult, spf } from './spf/spf.ts'
export { type Swept, sweep } from './sweep.ts'
export { type Text, type TextSection, text } from './text.ts'
export { addressTrust, senderTrust, type Trust, trust, trustBy } from './trust.ts'
export { type Bound, type Gap, unexamined } from './unexamined.ts'
