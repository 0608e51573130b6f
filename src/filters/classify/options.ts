/** The options of `classify`, and their check. */
import { type Classifier, newClassifier } from '../../classify/classifier.ts'
import { isFalsePositiveShare } from '../../classify/false-positive-target.ts'
import { callback, duration, flag, having, score, text, whole } from '../../model/checks.ts'
import { check, checked as checkedBy, relation, schemaOf } from '../../model/options.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'

/** Options of {@link classify}. */
export interface ClassifyOptions {
  /** The folder of snapshots and checkpoints. @default none: a restart loses the training */
  readonly folder?: string
  /**
   * The share of honest mail that may be judged as spam. n recent honest examples of this site guarantee 1 in n + 1:
   * points begin with 20 honest and 10 unwanted examples, and are full where they guarantee this share.
   * @default '0.5%'
   */
  readonly falsePositives?: `${number}%` | number
  /** The number of examples of each kind that full points need at least. @default 100 */
  readonly minExamples?: number
  /**
   * The most points for a message that reads like spam. With the first examples they are 1.5, and with imported ones
   * alone 2. Keep it below the policy's threshold for `reject`.
   * @default 6
   */
  readonly spamPoints?: number
  /** The most points that are subtracted for a message that reads like honest mail. @default 2 */
  readonly hamPoints?: number
  /** The most points for a message of an authenticated author whom the site knows. @default 2 */
  readonly knownSenderPoints?: number
  /**
   * The trust in a reporter, from 0 (ignored) to 1: it limits how much one example changes. @default 1 for every
   * reporter
   */
  readonly reporterTrust?: (reporter: string) => number
  /**
   * Keeps what each user, or each domain, judges otherwise than the site: a small model of 48 KB that is added to the
   * site's for their mail. It learns from reporters that are named by an address, such as `user:alice@example.org`.
   * @default false
   */
  readonly overlays?: 'user' | 'domain' | false
  /** How long feedback can name a message by its reference. @default '7d' */
  readonly featureTtl?: Duration
  /**
   * The weights of a feature are halved if no example had it for so long, and examples that are older guarantee
   * nothing.
   * @default '90d'
   */
  readonly staleAfter?: Duration
  /**
   * Shares training examples with other nodes through the gateway's store, which they must have in common. @default
   * false
   */
  readonly shared?: boolean
  /**
   * Whether this process writes the snapshots. Of several processes with the same `folder` and `shared` one does, and
   * the others learn from each other. @default true
   */
  readonly writes?: boolean
  /**
   * False: this process judges nothing and keeps nothing, it hands what people say to the others. Needs `shared`.
   * @default true
   */
  readonly judges?: boolean
  /**
   * Your own classifier, to export or to merge it. It has its own `falsePositives` and `minExamples`. @default a new
   * one
   */
  readonly classifier?: Classifier
}

/** The options with their defaults; durations in milliseconds. */
export interface ClassifySettings
  extends Required<Omit<ClassifyOptions, 'folder' | 'falsePositives' | 'minExamples' | 'featureTtl' | 'staleAfter'>> {
  readonly folder: string | undefined
  /** Nothing keeps the training when the process ends. */
  readonly isForgetful: boolean
  readonly featureTtl: number
  readonly staleAfter: number
}

/** Below the policy's usual threshold for `reject`. */
const MAX_POINTS = 12

const points = () => score({ min: 0, max: MAX_POINTS })

const schema = schemaOf<ClassifyOptions>(
  'classify',
  {
    folder: text('the path of a folder'),
    falsePositives: check(`a share from 0.05 % to 10 %; write it like '0.5%'`, found =>
      isFalsePositiveShare(typeof found === 'string' ? percentage(found) : found),
    ),
    minExamples: whole({ min: 1 }),
    spamPoints: points(),
    hamPoints: points(),
    knownSenderPoints: points(),
    reporterTrust: callback(),
    overlays: check("'user', 'domain' or false", found => found === 'user' || found === 'domain' || found === false),
    featureTtl: duration({ min: '1s' }),
    staleAfter: duration({ min: '1h' }),
    shared: flag(),
    writes: flag(),
    judges: flag(),
    classifier: having('a classifier, as newClassifier() makes it', 'decay', 'merge'),
  },
  relation(
    ['shared', 'judges'],
    ({ shared = false, judges = true }) =>
      !judges &&
      !shared && {
        found: shared,
        expected: 'true beside judges: false, since what people say would be lost',
        remedy: 'set shared: true, with a store that the nodes have in common',
      },
  ),
)

/** @throws PosternError with all that is wrong */
export function checkedSettings(options: ClassifyOptions): ClassifySettings {
  const { falsePositives = '0.5%', minExamples = 100, ...given } = checkedBy(schema, options)
  const share = typeof falsePositives === 'number' ? falsePositives : percentage(falsePositives)
  return {
    folder: given.folder,
    isForgetful: given.folder === undefined && given.shared !== true && given.classifier === undefined,
    spamPoints: given.spamPoints ?? 6,
    hamPoints: given.hamPoints ?? 2,
    knownSenderPoints: given.knownSenderPoints ?? 2,
    reporterTrust: given.reporterTrust ?? (() => 1),
    overlays: given.overlays ?? false,
    featureTtl: toMilliseconds(given.featureTtl ?? '7d'),
    staleAfter: toMilliseconds(given.staleAfter ?? '90d'),
    shared: given.shared ?? false,
    writes: given.writes ?? true,
    judges: given.judges ?? true,
    classifier: given.classifier ?? newClassifier({ falsePositives: share, minExamples }),
  }
}

const percentage = (text: string): number =>
  /^\d{1,2}(?:\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) / 100 : Number.NaN
