import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { refuseOtherFormats } from '../../ml/core/other-formats.ts';

const bytesOf = (text: string, ...head: number[]) => Uint8Array.from([...head, ...new TextEncoder().encode(text)]);

describe('what is no model', () => {
  it.each<[string, string, Uint8Array, RegExp]>([
    ['empty', 'a.onnx', new Uint8Array(), /empty file; export or download it again/],
    [
      'a pointer of Git LFS',
      'a.tflite',
      bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:0'),
      /git lfs pull/,
    ],
    ['a web page', 'a.onnx', bytesOf('\n<!DOCTYPE html><html>'), /a web page.*Download raw file/],
    ['XML', 'a.onnx', bytesOf('<?xml version="1.0"?>'), /a web page/],
    ['HDF5', 'model.h5', bytesOf('HDF\r\n\x1a\n', 0x89), /HDF5 file, as Keras.*from_keras_model/],
    ["Keras's", 'model.keras', bytesOf('PK\x03\x04'), /Keras model.*from_keras_model/],
    ["PyTorch's", 'best.PT', bytesOf('PK\x03\x04'), /PyTorch checkpoint.*torch\.onnx\.export/],
    ['a zip of unknown kind', 'model.onnx', bytesOf('PK\x03\x04'), /zip archive; if it is a PyTorch checkpoint/],
    ['an old pickle', 'model.pth', bytesOf('', 0x80, 2, 0x8a), /Python pickle/],
    ['gzip', 'model.onnx', bytesOf('', 0x1f, 0x8b, 8), /gzip archive; unpack/],
  ])('is refused by its kind: %s', (_, file, bytes, message) => {
    expect(() => refuseOtherFormats(bytes, file)).toThrow(message);
    expect(() => refuseOtherFormats(bytes, file)).toThrow(UserError);
    expect(() => refuseOtherFormats(bytes, file)).toThrow(file);
  });

  it.each([
    ['ONNX', Uint8Array.from([8, 7, 18, 4])],
    ['TensorFlow Lite', bytesOf('TFL3', 0x1c, 0, 0, 0)],
    ['anything else', bytesOf('emotion,pixels,Usage')],
  ])('is not %s', (_, bytes) => {
    expect(() => refuseOtherFormats(bytes, 'a.onnx')).not.toThrow();
  });
});
