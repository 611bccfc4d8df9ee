// Puts the detector into the scene. Lens Studio runs this as the body of a function, which must return a function.
return function instantiate(asset, scene, target, setup) {
  try {
    const prefab = asset.fileMeta.sourcePath.parent.appended('EmotionDetector__PLACE_IN_SCENE.prefab');
    const detector = setup.getScene().instantiatePrefab(setup.getAssetManager().getFileMeta(prefab).primaryAsset, null);
    detector.name = 'Emotion Detector';
    return detector;
  } catch (error) {
    console.log('Drag EmotionDetector__PLACE_IN_SCENE out of the package into the Scene Hierarchy: ' + error);
  }
};
