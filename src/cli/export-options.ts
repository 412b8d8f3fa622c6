/** The options of `inkstone export`. */

import { requireSignOff } from './card-options.ts';
import type { OptionTable } from './command.ts';

export const exportOptions = {
  format: {
    type: 'string',
    choices: ['gguf', 'hf', 'onnx'],
    default: 'gguf',
    doc: {
      en: 'gguf: one file with its tokenizer; hf: a folder for Hugging Face libraries; onnx: a graph of operators',
      zh: 'gguf：含分词器的单个文件；hf：供 Hugging Face 库使用的目录；onnx：算子图',
    },
  },
  type: {
    type: 'string',
    choices: ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'],
    default: 'f32',
    doc: {
      en: 'how weights are written: f32 as they are; q8_0 and q4_0 (GGUF only) in blocks of 8 and 4 bits',
      zh: '权重的写法：f32 保持原样；q8_0 与 q4_0（仅 GGUF）按 8 位与 4 位分块',
    },
  },
  out: {
    type: 'string',
    placeholder: 'path',
    doc: {
      en: "the file or folder to write (default: the model's name with .gguf, -hf or .onnx)",
      zh: '要写的文件或目录（默认：模型名加 .gguf、-hf 或 .onnx）',
    },
  },
  cache: {
    type: 'boolean',
    doc: {
      en: 'ONNX only: keys and values go in and out, so that each step reads only what is new',
      zh: '仅 ONNX：键与值作为输入输出，每步只读新词元',
    },
  },
  requireSignOff,
} as const satisfies OptionTable;
