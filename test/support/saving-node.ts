/**
 * A process that learns and saves without end, to be killed: node saving-node.ts FOLDER. Says when the first snapshot
 * is written.
 */
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { Persistence } from '../../src/classify/persistence.ts'
import { systemClock } from '../../src/model/services.ts'
import { seenIn } from './seen.ts'
import { sorted } from './sorted-mail.ts'

const [folder = ''] = process.argv.slice(2)
const classifier = newClassifier()
const persistence = new Persistence({ folder, classifier, services: { clock: systemClock, notify: console.error } })
await persistence.load()
for (let number = 0; ; number += 1) {
  classifier.learn(features(seenIn(sorted('ham', number % 500))), 'ham', 0)
  await persistence.save()
  if (number === 0) console.log('saved')
}
