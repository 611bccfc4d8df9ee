// A tunnel: the dark closes in and breathes, the colours drain, grain crawls over what is left.

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    float breath = 0.5 + 0.5 * sin(6.2831853 * 0.42 * Time);
    float tremble = sin(6.2831853 * 9.0 * Time) * sin(6.2831853 * 5.3 * Time);
    float far = length(at);
    // The walls draw the picture in, and its colours apart.
    vec2 pull = (uv - 0.5) * Intensity * (0.10 + 0.05 * breath) * smoothstep(0.25, 1.1, far);
    vec2 shake = 0.0025 * Intensity * tremble * vec2(1.0, 0.4);
    vec2 apart = 0.012 * Intensity * (uv - 0.5) * smoothstep(0.3, 1.0, far);
    vec2 seen = uv + pull + shake;
    vec3 color = vec3(picture(seen + apart).r, picture(seen).g, picture(seen - apart).b);
    // Night, as eyes see it that are used to the dark: what is bright is dim, and the darkest face has its features.
    color = lifted(saturated(color, 0.45), 0.42);
    color *= 1.12 / (1.0 + 0.6 * luma(color));
    color = toned(color, vec3(0.46, 0.49, 0.58), vec3(0.45, 0.5, 0.54));
    // Smoke on the walls, so that the tunnel has no clean rim.
    float turn = atan(at.y, at.x);
    float smoke = smoothNoise(vec2(3.0 * cos(turn), 3.0 * sin(turn)) + vec2(0.0, 4.0 * far - 0.5 * Time));
    float across = length(vec2(1.5 * at.x, at.y));
    float wall = smoothstep(0.5 - 0.1 * breath, 0.98, across + 0.32 * (smoke - 0.5));
    color = mix(color, color * 0.06 + vec3(0.012, 0.008, 0.03), wall);
    // Grain of film: new 24 times a second, least in what is dark, which it would hide, and in the middle.
    vec2 size = max(ScreenTexture.textureSize(), vec2(1.0));
    vec2 pixel = floor(uv * size / max(size.y / 480.0, 1.0));
    float grain = chanceAt(pixel + 61.0 * mod(floor(24.0 * Time), 64.0)) - 0.5;
    color += grain * mix(0.05, 0.15, edge(uv, 0.25, 0.9)) * (0.35 + sqrt(luma(color)));
    show(mix(original, color, Intensity));
}
