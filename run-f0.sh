cd /work/train
D=/work/shared/data
exec nice -n 10 node tools/cli/bin.mjs train --data $D/fer2013/fer2013.csv.gz --votes $D/fer2013/fer2013new.csv \
  --upscale ml/models/edsr-x4/edsr.onnx --weights $D/pretrained/mobilenet_v2_0.35_224_notop/model.json --width 0.35 --size 224 --targets votes \
  --epochs 15 --seed 31 --name f0 --set augment.soft=0.15 --set augment.noise=5 --set train.checkpointSteps=200
