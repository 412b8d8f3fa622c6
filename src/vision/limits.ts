/** What models of pictures may be asked for. */

export const limits = {
  /** Pixels of a side of what a model sees. */
  imageSize: 512,
  /** Bytes of all pictures of a training or a search, as the model sees them. */
  pictureBytes: 2 ** 31,
  /** Numbers of a state, layers, and pictures of a generated set. */
  width: 4096,
  layers: 48,
  shapes: 100_000,
  /** Labels: with more it is hardly a column of labels. */
  labels: 1000,
  /** Tokens of a caption; of a longer one the beginning is read. */
  captionTokens: 64,
  /** Pictures that are drawn for one command, pixels of a side of their files, steps of each, and how much a prompt may lead. */
  drawn: 256,
  drawnSide: 2048,
  drawSteps: 1000,
  guidance: 100,
} as const;
