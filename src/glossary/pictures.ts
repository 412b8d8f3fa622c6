/** Words of pictures beside text. */

import { defineTerms } from './term.ts';

export const pictureTerms = defineTerms({
  featureMap: {
    name: { en: 'feature map', zh: '特征图' },
    also: ['feature maps', 'image cnn', 'conv2d', '2-D convolution', '二维卷积', '图像卷积网络'],
    text: {
      en: 'What one filter of a convolutional network answers at every place of a picture. The first layer finds edges and colours, the next ones find what is made of them, on a coarser grid each time, because pooling keeps the largest of four neighbours. inkstone image maps draws them.',
      zh: '卷积网络的一个滤波器在图片各处的响应。第一层找出边缘和颜色，其后各层找出由它们组成的东西；池化在四个相邻位置中只留最大值，所以网格一层比一层粗。inkstone image maps 会把它们画出来。',
    },
  },
  visionTransformer: {
    name: { en: 'vision transformer', zh: '视觉 Transformer' },
    also: ['ViT', 'patches', 'patch', '图块'],
    text: {
      en: 'Cuts a picture into squares, makes a vector of each, and lets them attend to each other as tokens do (Dosovitskiy et al. 2021). It knows nothing of neighbours beforehand, so on few pictures a convolutional network learns faster.',
      zh: '把图片切成方块，每块变成一个向量，像词元一样互相注意（Dosovitskiy 等，2021）。它事先不知道谁与谁相邻，所以图片不多时，卷积网络学得更快。',
    },
  },
  imageTextAlignment: {
    name: { en: 'text–image alignment', zh: '图文对齐' },
    also: ['CLIP model', 'InfoNCE', 'contrastive language-image pre-training', '图文互检', '对比学习'],
    text: {
      en: 'Pictures and captions become vectors of one space, in which each picture shall lie nearer to its own caption than to all others of the batch, and the other way round (CLIP, Radford et al. 2021). A learned temperature says how sharply that is asked. Afterwards pictures are found by words, and words by pictures.',
      zh: '图片与说明变成同一空间里的向量：在一批之中，每张图片都要离自己的说明最近，反之亦然（CLIP，Radford 等，2021）；要求有多严由一个可学习的温度决定。学成之后便可以文找图、以图找文。',
    },
  },
  imageCaptioning: {
    name: { en: 'image captioning', zh: '图片说明生成' },
    also: ['captioning', 'image caption', '看图说话', '图像描述'],
    text: {
      en: 'Writing what is seen: an encoder turns a picture into states of its places, and a decoder looks at them by cross attention while it writes. Scores compare with captions by people, beside a baseline that says the usual caption of everything.',
      zh: '写出所见：编码器把图片变成各处的状态，解码器一边写一边用交叉注意力去看。评分与人写的说明相比，并附一个基线：对一切图片都说最常见的那句话。',
    },
  },
  textToImage: {
    name: { en: 'text to image', zh: '文生图' },
    also: ['text-to-image', 'image draw', 'drawing', 'image generation', '图像生成', '作画'],
    text: {
      en: 'Drawing what a prompt says. A network begins with noise and moves it, step by step, to a picture that fits the words; another seed is another noise, and so another picture. Whether it draws what was asked for is judged by models that see: one that finds the prompt among others, and one that says what it sees.',
      zh: '按提示作画。网络从噪声出发，一步步把它变成与文字相符的图片；种子不同，噪声不同，图也不同。画得是否切题由看图的模型评判：一个从若干提示中找出原来的那条，一个说出看到了什么。',
    },
  },
  rectifiedFlow: {
    name: { en: 'rectified flow', zh: '整流流' },
    also: ['flow matching', 'diffusion', 'diffusion model', 'DiT', '流匹配', '扩散模型'],
    text: {
      en: 'Between noise and a picture lies a straight line. The network sees a point of it, blurred by so much noise, and learns in which direction and how fast the picture lies (Liu et al. 2022). Drawing follows these directions from noise to the end. Diffusion models do the same along a curve, and need more steps.',
      zh: '噪声与图片之间连一条直线。网络看到线上某一点，即掺了若干噪声的图，学习图片在哪个方向、要走多快（Liu 等，2022）。作画就是从噪声出发，沿着这些方向走到底。扩散模型走的是曲线，所需步数更多。',
    },
  },
});
