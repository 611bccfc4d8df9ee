input_texture_2d ScreenTexture;
input_float Intensity;
input_float Time;
output_vec4 Result;

vec3 picture(vec2 uv) {
    return ScreenTexture.sample(clamp(uv, vec2(0.001), vec2(0.999))).rgb;
}

// Around the middle of the screen, in halves of its longer side: circles are round.
vec2 fromMiddle(vec2 uv) {
    vec2 size = max(ScreenTexture.textureSize(), vec2(1.0));
    return (uv - 0.5) * 2.0 * size / max(size.x, size.y);
}

// 0 in the middle, 1 at the corners, along ellipses in the shape of the screen.
float edge(vec2 uv, float inner, float outer) {
    return smoothstep(inner, outer, length((uv - 0.5) * 1.4142136));
}

float luma(vec3 color) {
    return dot(color, vec3(0.2126, 0.7152, 0.0722));
}

vec3 saturated(vec3 color, float amount) {
    return max(mix(vec3(luma(color)), color, amount), vec3(0.0));
}

// A curve through black, the middle and white, that is steeper in the middle.
vec3 contrasted(vec3 color, float amount) {
    vec3 kept = clamp(color, 0.0, 1.0);
    return mix(kept, kept * kept * (3.0 - 2.0 * kept), amount);
}

// Grey 0.5 changes nothing, so that a tone shifts all skins alike and keeps black and white.
vec3 softLight(vec3 color, vec3 tone) {
    vec3 kept = clamp(color, 0.0, 1.0);
    return (1.0 - 2.0 * tone) * kept * kept + 2.0 * tone * kept;
}

vec3 toned(vec3 color, vec3 shadows, vec3 lights) {
    return softLight(color, mix(shadows, lights, smoothstep(0.1, 0.9, luma(color))));
}

vec3 screened(vec3 color, vec3 light) {
    return 1.0 - (1.0 - clamp(color, 0.0, 1.0)) * (1.0 - clamp(light, 0.0, 1.0));
}

// Brighter shadows: what is dark stays to be seen under a dim light.
vec3 lifted(vec3 color, float amount) {
    return mix(color, sqrt(clamp(color, 0.0, 1.0)), amount * (1.0 - luma(color)));
}

float chanceAt(vec2 cell) {
    return system.getRandomFloat(cell + 17.0);
}

// Values between random ones in the corners of cells of side 1.
float smoothNoise(vec2 at) {
    vec2 cell = floor(at);
    vec2 part = at - cell;
    part = part * part * (3.0 - 2.0 * part);
    float below = mix(chanceAt(cell), chanceAt(cell + vec2(1.0, 0.0)), part.x);
    float above = mix(chanceAt(cell + vec2(0.0, 1.0)), chanceAt(cell + vec2(1.0, 1.0)), part.x);
    return mix(below, above, part.y);
}

void show(vec3 color) {
    Result = vec4(clamp(color, 0.0, 1.0), 1.0);
}
