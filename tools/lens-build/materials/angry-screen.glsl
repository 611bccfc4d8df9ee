// Seeing red: the blood pulses at the edges, the air above it shimmers with heat, colours part at each beat.

// Two strokes, as of a heart: 0..1.
float beat() {
    float phase = fract(1.4 * Time);
    return exp(-9.0 * phase) + 0.55 * exp(-11.0 * max(phase - 0.24, 0.0)) * step(0.24, phase);
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    float pulse = clamp(beat(), 0.0, 1.0);
    float rim = edge(uv, 0.35, 1.0);
    // Hot air rises along the edges.
    float heat = smoothNoise(vec2(at.x * 9.0, at.y * 7.0 - 2.6 * Time)) - 0.5;
    vec2 shimmer = 0.016 * Intensity * rim * vec2(heat, 0.6 * heat);
    vec2 outward = 0.010 * Intensity * (0.35 + pulse) * (uv - 0.5) * rim * 2.0;
    vec3 color = vec3(picture(uv + shimmer + outward).r, picture(uv + shimmer).g, picture(uv + shimmer - outward).b);
    color = contrasted(saturated(color, 1.1), 0.35);
    color = toned(color, vec3(0.56, 0.42, 0.42), vec3(0.6, 0.47, 0.43));
    // Veins of the dark rim, which widen at each stroke.
    float vein = smoothNoise(at * 5.0 + vec2(0.0, 0.2 * Time));
    float glow = edge(uv, 0.62 - 0.13 * pulse - 0.1 * vein, 1.08);
    color = mix(color, color * vec3(0.9, 0.12, 0.08), 0.9 * glow);
    color += glow * (0.1 + 0.3 * pulse) * vec3(0.8, 0.06, 0.02);
    show(mix(original, color, Intensity));
}
