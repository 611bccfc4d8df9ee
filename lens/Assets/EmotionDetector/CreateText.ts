/**
 * A new Text that fills the room that it has. How it blends is said here, because Lens Studio 5.24 begins with another mode
 * than the versions before it.
 * @param order drawn over visuals of lower order.
 */
export function createText(object: SceneObject, order: number): Text {
  const text = object.createComponent('Text');
  text.blendMode = BlendMode.PremultipliedAlpha;
  text.sizeToFit = true;
  text.setRenderOrder(order);
  return text;
}
