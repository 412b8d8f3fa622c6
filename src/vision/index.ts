/** Pictures beside text: encoders of pictures, and what stands on them: labels, search by caption, captions; and pictures for prompts. */

export {
  type Captioner,
  type CaptionOptions,
  type CaptionScores,
  captionLoss,
  testCaptioner,
  trainCaptioner,
  writeCaptions,
} from './captioner.ts';
export { captionTokenizer, languageOf } from './captions.ts';
export {
  type ChoiceScores,
  type DrawingScores,
  type Judgement,
  type JudgeOptions,
  type Judges,
  judgeDrawer,
  testDrawer,
} from './draw-scores.ts';
export {
  checkDrawing,
  type Drawer,
  type DrawOptions,
  drawDefaults,
  drawPictures,
  promptIds,
  trainDrawer,
} from './drawer.ts';
export { wrongTask } from './errors.ts';
export { type FeatureMaps, featureMaps, mapsPicture } from './feature-maps.ts';
export {
  classifyImages,
  type ImageClassifier,
  imageLogits,
  type LabelledImage,
  trainImageClassifier,
} from './image-classifier.ts';
export {
  encodeImages,
  type ImageEncoderConfig,
  type ImageEncoderParams,
  imageEncoderConfig,
  imageEncoderKinds,
  imageEncoderSpec,
} from './image-encoder.ts';
export { type ImageColumns, type ImageRow, readImageRows } from './image-rows.ts';
export {
  embedCaptions,
  embedImages,
  type ImageSearcher,
  type Match,
  nearest,
  type Recall,
  testImageSearch,
  trainImageSearch,
} from './image-search.ts';
export { type ImageSet, imageTensor, loadImages } from './image-set.ts';
export type { ImageLearningOptions } from './learning.ts';
export { limits as imageLimits } from './limits.ts';
export {
  type SceneKind,
  type ScenePart,
  type SceneParts,
  type ShapeOptions,
  type ShapeScene,
  sceneKinds,
  sceneParts,
  shapeScenes,
  writeShapes,
} from './shapes.ts';
export { apartKinds, type SplitRowsOptions, splitImageRows } from './split-rows.ts';
export {
  checkImageFolder,
  type ImageModel,
  type ImageTask,
  imageTaskOf,
  loadImageModel,
  saveImageModel,
} from './storage.ts';
