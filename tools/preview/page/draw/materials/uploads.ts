import type { MaterialTexture } from '../../../../simulator/lens.ts';
import type { Textures } from '../fills.ts';

/** Side in pixels of the picture of a face crop. */
const CROP = 256;

/** The textures of materials on the graphics card. */
export class Uploads {
  readonly #pictures = new Map<CanvasImageSource, WebGLTexture>();
  readonly #nothing: WebGLTexture;
  readonly #screen: WebGLTexture;
  /** Of the screen's texture; a new one of another size takes longer than new pixels. */
  #sides = { width: 0, height: 0 };
  readonly #crop: WebGLTexture;
  readonly #cropCanvas: CanvasRenderingContext2D;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly textures: Textures,
  ) {
    // In WebGL as in Lens Studio a texture begins at the bottom.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    [this.#nothing, this.#screen, this.#crop] = [this.#create(), this.#create(), this.#create()];
    gl.bindTexture(gl.TEXTURE_2D, this.#nothing);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: CROP, height: CROP });
    this.#cropCanvas = canvas.getContext('2d', { willReadFrequently: true })!;
  }

  /** Takes pixels for the screen. */
  takePixels(pixels: ImageData): void {
    const { gl } = this;
    const { width, height } = pixels;
    gl.bindTexture(gl.TEXTURE_2D, this.#screen);
    if (this.#sides.width === width && this.#sides.height === height)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    else this.#upload(pixels);
    this.#sides = { width, height };
  }

  /** Takes what is drawn so far for the screen. */
  takeDrawn(): void {
    const { width, height } = this.#sides;
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.#screen);
    this.gl.copyTexSubImage2D(this.gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
  }

  /** Transparent while a picture loads, or if there is none. */
  textureOf(source: MaterialTexture | null): WebGLTexture {
    if (source?.kind === 'screen') return this.#screen;
    if (source?.kind === 'faceCrop' || source?.kind === 'screenCrop') {
      this.#cropCanvas.setTransform(CROP, 0, 0, CROP, 0, 0);
      this.#cropCanvas.clearRect(0, 0, 1, 1);
      this.textures.drawCrop(this.#cropCanvas, source);
      this.gl.bindTexture(this.gl.TEXTURE_2D, this.#crop);
      this.#upload(this.#cropCanvas.canvas);
      return this.#crop;
    }
    const picture = source && this.textures.pictureOf(source.id);
    return picture ? this.#pictureOf(picture) : this.#nothing;
  }

  #pictureOf(picture: CanvasImageSource): WebGLTexture {
    let texture = this.#pictures.get(picture);
    if (texture === undefined) {
      texture = this.#create();
      this.gl.bindTexture(this.gl.TEXTURE_2D, texture);
      this.#upload(picture as TexImageSource);
      this.#pictures.set(picture, texture);
    }
    return texture;
  }

  #create(): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    return texture;
  }

  #upload(source: TexImageSource): void {
    this.gl.texImage2D(this.gl.TEXTURE_2D, 0, this.gl.RGBA, this.gl.RGBA, this.gl.UNSIGNED_BYTE, source);
  }
}
