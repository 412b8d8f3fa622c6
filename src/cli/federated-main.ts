/** The process of one client of `federate`: it is handed its text once, and then only numbers. */

import { answerParent } from '../federated/index.ts';
import { respondentOf } from './federated-lesson.ts';

answerParent(respondentOf);
