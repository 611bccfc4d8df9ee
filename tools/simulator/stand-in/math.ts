/** Vectors and rotations of the stand-in. */

export class Vec2 implements vec2 {
  constructor(
    public x: number,
    public y: number,
  ) {}
  static zero = () => new Vec2(0, 0);
  static one = () => new Vec2(1, 1);
}

export class Vec3 implements vec3 {
  constructor(
    public x: number,
    public y: number,
    public z: number,
  ) {}
  add = (vec: vec3) => new Vec3(this.x + vec.x, this.y + vec.y, this.z + vec.z);
  sub = (vec: vec3) => new Vec3(this.x - vec.x, this.y - vec.y, this.z - vec.z);
  uniformScale = (scale: number) => new Vec3(this.x * scale, this.y * scale, this.z * scale);
  static zero = () => new Vec3(0, 0, 0);
  static one = () => new Vec3(1, 1, 1);
}

export class Vec4 implements vec4 {
  constructor(
    public x: number,
    public y: number,
    public z: number,
    public w: number,
  ) {}
}

export class Quat implements quat {
  constructor(
    public w: number,
    public x: number,
    public y: number,
    public z: number,
  ) {}

  static quatIdentity = () => new Quat(1, 0, 0, 0);

  static angleAxis(angle: number, axis: vec3): Quat {
    const sin = Math.sin(angle / 2);
    return new Quat(Math.cos(angle / 2), sin * axis.x, sin * axis.y, sin * axis.z);
  }

  /** Turns about x first, then y, then z. */
  static fromEulerAngles(x: number, y: number, z: number): Quat {
    const [cx, cy, cz] = [x, y, z].map((angle) => Math.cos(angle / 2));
    const [sx, sy, sz] = [x, y, z].map((angle) => Math.sin(angle / 2));
    return new Quat(
      cx * cy * cz + sx * sy * sz,
      sx * cy * cz - cx * sy * sz,
      cx * sy * cz + sx * cy * sz,
      cx * cy * sz - sx * sy * cz,
    );
  }
}

export const globals = { vec2: Vec2, vec3: Vec3, vec4: Vec4, quat: Quat };
