/** What `classify` counts. */
import type { Classifier } from '../../classify/classifier.ts'
import type { Metric } from '../../model/metric.ts'
import { samplesOf, type Tally } from '../../observe/count.ts'

export interface ClassifyCounts {
  readonly verdicts: Tally
  /** How often the drift alarm was raised. */
  readonly alarms: number
  /** Examples that wait for the common store; undefined without one. */
  readonly waiting: number | undefined
}

export function classifyMetrics(
  classifier: Classifier,
  { verdicts, alarms, waiting }: ClassifyCounts,
): readonly Metric[] {
  return [
    {
      name: 'postern_classify_examples',
      help: 'Training examples of the classifier, by label.',
      type: 'gauge',
      samples: Object.entries(classifier.exampleCounts).map(([label, value]) => ({
        labels: { label },
        value,
      })),
    },
    {
      name: 'postern_classify_verdicts_total',
      help: 'Messages that the classifier has judged, by verdict.',
      type: 'counter',
      samples: samplesOf('verdict', verdicts),
    },
    {
      name: 'postern_classify_grade',
      help: 'How far honest examples guarantee the asked share: 0 with the first verdicts, 1 with full points; -1 before.',
      type: 'gauge',
      samples: [{ labels: {}, value: classifier.grade ?? -1 }],
    },
    {
      name: 'postern_classify_drift_alarms_total',
      help: 'How often more honest mail read like spam than was asked for.',
      type: 'counter',
      samples: [{ labels: {}, value: alarms }],
    },
    ...(waiting === undefined
      ? []
      : [
          {
            name: 'postern_classify_unsent_examples',
            help: 'Training examples of this node that wait for the store.',
            type: 'gauge',
            samples: [{ labels: {}, value: waiting }],
          } as const,
        ]),
  ]
}
