// The moment of a comic: lines rush towards the face, the picture jumps closer and shines.

// Lines that change twelve times a second, thickest at the rim of the screen.
float rays(vec2 uv, vec2 at, float step12) {
    float angle = atan(at.y, at.x) / 6.2831853 + 0.5;
    // Along the shape of the screen, so that they come from its sides too.
    float radius = length((uv - 0.5) * 1.4142136);
    float sum = 0.0;
    for (int i = 0; i < 2; i++) {
        float count = i == 0 ? 72.0 : 41.0;
        float place = angle * count;
        float number = mod(floor(place), count);
        float chance = chanceAt(vec2(number, step12 + 31.0 * float(i)));
        float start = 0.42 + 0.4 * chance;
        float within = abs(fract(place) - 0.5) * 2.0;
        // Wedges: nothing where they start, full width at the rim.
        float width = smoothstep(start, start + 0.6, radius) * (0.35 + 0.6 * chance);
        float soft = 0.04 / max(radius, 0.1);
        sum += step(0.45, chance) * (1.0 - smoothstep(width - soft, width + soft, within)) * smoothstep(start, start + 0.12, radius);
    }
    return clamp(sum, 0.0, 1.0);
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    float jump = exp(-3.0 * Time);
    vec2 closer = (uv - 0.5) * (0.03 + 0.07 * jump) * Intensity;
    // A blur along the way towards the middle, none in the middle itself.
    vec3 seen = vec3(0.0);
    for (int i = 0; i < 5; i++) {
        seen += picture(uv - closer * (0.4 + 0.3 * float(i)));
    }
    vec3 color = mix(picture(uv - closer), seen / 5.0, edge(uv, 0.2, 0.8));
    color = saturated(contrasted(color, 0.2), 1.18);
    color = toned(color, vec3(0.5, 0.5, 0.54), vec3(0.57, 0.55, 0.46));
    float lines = rays(uv, at, floor(12.0 * Time));
    // White on what is dark, ink on what is light.
    vec3 ink = mix(vec3(1.0, 0.99, 0.93), vec3(0.12, 0.12, 0.26), smoothstep(0.6, 0.85, luma(color)));
    color = mix(color, ink, 0.85 * lines);
    color = screened(color, (0.55 * jump + 0.05) * vec3(1.0, 0.95, 0.8));
    show(mix(original, color, Intensity));
}
