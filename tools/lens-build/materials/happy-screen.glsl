// Golden light: warm tones, a soft bloom of what is bright, light that drifts in from the upper corners.

vec3 bloom(vec2 uv, vec2 reach) {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 8; i++) {
        float angle = 6.2831853 * (float(i) + 0.5) / 8.0;
        float far = i - (i / 2) * 2 == 0 ? 1.0 : 0.55;
        vec3 taken = picture(uv + far * reach * vec2(cos(angle), sin(angle)));
        sum += taken * smoothstep(0.45, 1.0, luma(taken));
    }
    return sum / 8.0;
}

float leak(vec2 at, vec2 from, float radius) {
    float near = 1.0 - clamp(length(at - from) / radius, 0.0, 1.0);
    return near * near;
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    vec3 color = toned(saturated(original, 1.16), vec3(0.55, 0.48, 0.45), vec3(0.62, 0.53, 0.41));
    color = screened(color, 0.55 * bloom(uv, vec2(0.035, 0.02)) * vec3(1.0, 0.86, 0.6));
    float sway = 0.12 * sin(6.2831853 * 0.11 * Time);
    float pulse = 0.85 + 0.15 * sin(6.2831853 * 0.31 * Time);
    vec3 light = leak(at, vec2(0.62 + sway, 0.95), 1.05) * vec3(0.62, 0.36, 0.1) * pulse;
    light += leak(at, vec2(-0.66 + sway, 0.8), 0.85) * vec3(0.5, 0.2, 0.22) * (1.7 - pulse);
    light += leak(at, vec2(-0.1 - sway, -1.15), 0.7) * vec3(0.3, 0.2, 0.05);
    color = screened(color, light);
    // What is white already takes the light as a colour.
    color *= mix(vec3(1.0), vec3(1.0, 0.9, 0.7), 0.35 + 0.55 * edge(uv, 0.2, 1.0));
    show(mix(original, color, Intensity));
}
