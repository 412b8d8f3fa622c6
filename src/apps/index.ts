/** The door of the apps room: questions answered from documents, with citations; texts summed up; an assistant with tools; customer service; papers read and written; code; kits of a field. */

export type { Answer, AnswerPart, Citation, Claim, Freshness, GivenPassage } from './answer.ts';
export type { AnswerPrompt } from './answer-prompt.ts';
export { type AskOptions, answerQuestion, answerWhole, quotedAnswer } from './answer-question.ts';
export { type AnswerWriter, promptTokens } from './answer-writer.ts';
export {
  type Assisted,
  type AssistOptions,
  type AssistPart,
  assist,
  assistWhole,
  MOST_TURN_CHARACTERS,
  type Turn,
} from './assistant/assist.ts';
export { toolsInWords } from './assistant/assist-prompt.ts';
export { builtInTools, calculator, clock, documentsTool, dueReminders } from './assistant/built-in-tools.ts';
export { spellCall } from './assistant/call-reader.ts';
export { evaluateExpression } from './assistant/expression.ts';
export { memoryTools, recallFacts, statedFact } from './assistant/facts.ts';
export { type McpServer, type McpTools, openMcpTools } from './assistant/mcp-tools.ts';
export type { AskedCall, AssistantMessage, AssistantModel, AssistantRequest } from './assistant/message.ts';
export { keepNote, memoryNotes, type Note, type NoteKind, type Notes, noteKinds } from './assistant/notes.ts';
export { type RuleAssistantOptions, ruleAssistant } from './assistant/rule-assistant.ts';
export {
  type CallReport,
  type Confirm,
  type MadeCall,
  type ProposedCall,
  runTool,
} from './assistant/run-call.ts';
export {
  type AssistantTool,
  type CheckedTool,
  checkTools,
  type ToolArguments,
  type ToolContext,
  type ToolSpec,
  wordPatterns,
} from './assistant/tool.ts';
export {
  type CommandToolOptions,
  commandTool,
  type HttpToolOptions,
  httpTool,
} from './assistant/user-tools.ts';
export { readWhen } from './assistant/when.ts';
export {
  claimsIn,
  type Disagreement,
  type Verdict,
  type VerifiedClaim,
  type VerifyOptions,
  verdicts,
  verifyClaim,
} from './claims/verify-claims.ts';
export { type CodeEnd, codeEnd, type EndOptions } from './code/code-end.ts';
export { type CodeLanguage, codeLanguage, codeLanguages, languageOfFile } from './code/code-language.ts';
export { type CodeTask, codeIn } from './code/code-prompt.ts';
export type { CodeWay, CodeWriter, WriteHow } from './code/code-writer.ts';
export {
  type CodePlace,
  type CompleteOptions,
  type Completion,
  completeCode,
  splitAt,
} from './code/complete-code.ts';
export { lineDiff } from './code/line-diff.ts';
export {
  type InfillMeasure,
  type InfillScore,
  type MeasureInfillOptions,
  measureInfill,
} from './code/measure-infill.ts';
export { type RepairOptions, type RepairPart, repairCode } from './code/repair-code.ts';
export { type CommandOptions, type CommandOutcome, runCommand } from './code/run-command.ts';
export { type WriteCodeOptions, type WrittenCode, writeCode } from './code/write-code.ts';
export { type Correction, correctAnswer, forgetCorrection } from './corrections.ts';
export { type FoundName, type NamedValue, nameFinder } from './domain/find-terms.ts';
export {
  type DomainKit,
  domainKit,
  type KitQuestion,
  type KitRule,
  type KitTerm,
  type KitTrial,
  kitLimits,
  kitTrials,
} from './domain/kit.ts';
export { type FoundTerm, type KitReader, readKit } from './domain/read-kit.ts';
export { type TermAgreement, termAgreement, type UsedTerm, usedTerms } from './domain/terms-used.ts';
export { type AspectName, aspectNames } from './papers/aspects.ts';
export { type ListedWork, readBibtex, readCsl } from './papers/bibtex.ts';
export {
  type CitationGraph,
  type CitationLink,
  citationGraph,
  type SharedTerms,
  type SharedWork,
  toMermaid,
} from './papers/citation-graph.ts';
export type { CitedPlace } from './papers/cited-places.ts';
export {
  type Cell,
  type CompareOptions,
  type ComparePart,
  type CompareRow,
  comparePapers,
  MOST_COLUMNS,
} from './papers/compare-papers.ts';
export { type PaperIndex, type PlaceInPaper, paperIndex } from './papers/paper-index.ts';
export { isReferenceFile, type PaperLibrary, readLibrary, withRecords } from './papers/paper-library.ts';
export {
  MOST_PAPER_CHARACTERS,
  type Paper,
  type PaperSource,
  readPaper,
  readPapers,
} from './papers/read-paper.ts';
export { readReference } from './papers/read-reference.ts';
export { type Reference, referencesOf } from './papers/reference-list.ts';
export { type Review, type ReviewOptions, type ReviewPart, reviewPapers } from './papers/review-papers.ts';
export { type Section, type SectionKind, sectionKinds } from './papers/sections.ts';
export {
  type CitationStyle,
  citationKeys,
  citationStyles,
  type ListStyle,
  numberedReferences,
  usualStyle,
  writeReferences,
} from './papers/styles.ts';
export {
  type Difference,
  differencesOf,
  namesOf,
  type PersonName,
  type Work,
  type WorkField,
  type WorkType,
  workTypes,
} from './papers/work.ts';
export { languageOf } from './prompt-text.ts';
export { MOST_QUESTION_CHARACTERS } from './question.ts';
export { answerAsPerson, findConversation, type HandedOver, handedOver } from './service/hand-over.ts';
export {
  type ExampleTrial,
  type FoundIntent,
  type IntentClassifier,
  intentsByExamples,
  intentsByMeaning,
  tryClassifier,
  tryExamples,
} from './service/intents.ts';
export { type ServicePlan, sentenceIn, servicePlan } from './service/plan.ts';
export {
  customerService,
  type HandOverReason,
  newConversation,
  type ServiceConversation,
  type ServiceKnowledge,
  type ServiceOptions,
  type ServicePart,
  type ServiceSource,
  type ServiceTurn,
  serviceByPlan,
} from './service/serve-customer.ts';
export { lengthOf } from './summary/extract-summary.ts';
export {
  type LexRankOptions,
  lexRank,
  pickDiverse,
  type SentenceVector,
  sentenceVector,
} from './summary/sentence-graph.ts';
export { type SummarizeOptions, summarize, summaryOf } from './summary/summarize.ts';
export {
  type ExtractedSummary,
  type Summary,
  type SummaryMethod,
  type SummaryPart,
  type SummaryProgress,
  type SummarySentence,
  summaryMethods,
  type WrittenSummary,
} from './summary/summary.ts';
export type { KeptParts } from './summary/write-summary.ts';
export { askByModel } from './tutor/ask-model.ts';
export { type Grade, type GradeReason, gradeAnswer } from './tutor/grade.ts';
export {
  type Learner,
  learn,
  learnerState,
  levelOf,
  newLearner,
  nextQuestion,
  showsChoices,
} from './tutor/learner.ts';
export { knownCount, type Lesson, lessonId, takeAnswer } from './tutor/lesson.ts';
export {
  BLANK,
  makeQuestions,
  type StudySentence,
  type StudySource,
  type TutorQuestion,
  tutorQuestion,
} from './tutor/question.ts';
export {
  summarizeVideo,
  type VideoCitation,
  type VideoSummary,
  type VideoSummaryOptions,
  type VideoSummaryPart,
} from './video/summarize-video.ts';
export { clockTime, type FrameCaption, type TimelineEntry, videoTimeline } from './video/timeline.ts';
export { type Advice, type AdviseOptions, adviseOnDraft } from './writing/advise.ts';
export {
  type Bibliography,
  type CheckedReference,
  type CheckReferencesOptions,
  checkReferences,
  correctedWorks,
  type DoiVerdict,
  type KnownWork,
  listAsDraft,
  type ReferenceReport,
  type ReferenceVerdict,
} from './writing/check-references.ts';
export { type CrossrefOptions, crossref, type GetJson } from './writing/crossref.ts';
export {
  type Draft,
  type DraftedSection,
  type DraftOptions,
  type DraftPart,
  draftedSection,
  draftPaper,
  type KeptSections,
} from './writing/draft-paper.ts';
export { type Outline, type OutlineSection, readOutline } from './writing/outline.ts';
export { MOST_DRAFT_CHARACTERS } from './writing/prose.ts';
export { type Remark, type RemarkRule, sayRemark } from './writing/remark.ts';
