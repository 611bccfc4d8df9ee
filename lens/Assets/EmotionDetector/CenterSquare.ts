/** Whether a crop texture still shows its whole input: nobody has chosen a part. */
function showsAll({ cropRect }: RectCropTextureProvider): boolean {
  const { left, right, bottom, top } = cropRect;
  return left === -1 && right === 1 && bottom === -1 && top === 1;
}

/** Makes a screen crop texture show the largest square in the middle of its input, which image classifiers are trained on. */
export class CenterSquare {
  /** Of the input, width through height; 0 until it is known. */
  private aspect = 0;

  private constructor(private readonly crop: RectCropTextureProvider) {}

  /** @returns undefined unless it is a screen crop texture that shows everything. */
  static of(control: TextureProvider): CenterSquare | undefined {
    const crop = control as RectCropTextureProvider;
    return crop.cropRect !== undefined && showsAll(crop) ? new CenterSquare(crop) : undefined;
  }

  /** To be called once a frame: a camera has no size before it starts, and another one when it is turned. */
  update(): void {
    const input = this.crop.inputTexture;
    const aspect = input ? input.control.getAspect() : 0;
    if (!(aspect > 0) || aspect === this.aspect) return;
    this.aspect = aspect;
    const [x, y] = aspect > 1 ? [1 / aspect, 1] : [1, aspect];
    this.crop.cropRect = Rect.create(-x, x, -y, y);
  }
}
