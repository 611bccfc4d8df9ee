// Vectors and rotations, as far as the scripts use them. All methods return new values.

declare class vec2 {
  constructor(x: number, y: number);
  x: number;
  y: number;
  static zero(): vec2;
  static one(): vec2;
}

declare class vec3 {
  constructor(x: number, y: number, z: number);
  x: number;
  y: number;
  z: number;
  add(vec: vec3): vec3;
  sub(vec: vec3): vec3;
  uniformScale(scale: number): vec3;
  static zero(): vec3;
  static one(): vec3;
}

declare class vec4 {
  constructor(x: number, y: number, z: number, w: number);
  x: number;
  y: number;
  z: number;
  w: number;
}

declare class quat {
  constructor(w: number, x: number, y: number, z: number);
  w: number;
  x: number;
  y: number;
  z: number;
  static quatIdentity(): quat;
  /** Angles in radians. */
  static fromEulerAngles(x: number, y: number, z: number): quat;
  /** Angle in radians. */
  static angleAxis(angle: number, axis: vec3): quat;
}
