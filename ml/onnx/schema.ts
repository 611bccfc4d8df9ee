import protobuf from 'protobufjs';

const repeated = (type: string, id: number, packed = false) => ({
  rule: 'repeated' as const,
  type,
  id,
  options: { packed },
});
const single = (type: string, id: number) => ({ type, id });

/** The messages of ONNX (onnx.proto, IR version 8) that this project reads and writes; others are skipped on reading. */
const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: single('int64', 1),
        producerName: single('string', 2),
        producerVersion: single('string', 3),
        graph: single('GraphProto', 7),
        opsetImport: repeated('OperatorSetIdProto', 8),
        metadataProps: repeated('StringStringEntryProto', 14),
      },
    },
    OperatorSetIdProto: { fields: { domain: single('string', 1), version: single('int64', 2) } },
    StringStringEntryProto: { fields: { key: single('string', 1), value: single('string', 2) } },
    GraphProto: {
      fields: {
        node: repeated('NodeProto', 1),
        name: single('string', 2),
        initializer: repeated('TensorProto', 5),
        input: repeated('ValueInfoProto', 11),
        output: repeated('ValueInfoProto', 12),
        valueInfo: repeated('ValueInfoProto', 13),
      },
    },
    NodeProto: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: single('string', 3),
        opType: single('string', 4),
        attribute: repeated('AttributeProto', 5),
        domain: single('string', 7),
      },
    },
    AttributeProto: {
      fields: {
        name: single('string', 1),
        f: single('float', 2),
        i: single('int64', 3),
        s: single('bytes', 4),
        t: single('TensorProto', 5),
        g: single('GraphProto', 6),
        floats: repeated('float', 7),
        ints: repeated('int64', 8),
        strings: repeated('bytes', 9),
        type: single('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: repeated('int64', 1),
        dataType: single('int32', 2),
        floatData: repeated('float', 4, true),
        int32Data: repeated('int32', 5, true),
        int64Data: repeated('int64', 7, true),
        name: single('string', 8),
        rawData: single('bytes', 9),
        doubleData: repeated('double', 10, true),
        uint64Data: repeated('uint64', 11, true),
        externalData: repeated('StringStringEntryProto', 13),
        dataLocation: single('int32', 14),
      },
    },
    ValueInfoProto: { fields: { name: single('string', 1), type: single('TypeProto', 2) } },
    TypeProto: { fields: { tensorType: single('TensorTypeProto', 1) } },
    TensorTypeProto: { fields: { elemType: single('int32', 1), shape: single('TensorShapeProto', 2) } },
    TensorShapeProto: { fields: { dim: repeated('DimensionProto', 1) } },
    DimensionProto: { fields: { dimValue: single('int64', 1), dimParam: single('string', 2) } },
  },
});

export const ModelProto = root.resolveAll().lookupType('ModelProto');
