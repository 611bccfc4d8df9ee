// Calm: a soft, even light, as on an overcast morning, over which a sheen passes now and then.

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    vec3 color = toned(saturated(original, 0.94), vec3(0.54, 0.53, 0.55), vec3(0.54, 0.525, 0.51));
    float sweep = at.x + 0.7 * at.y - 3.2 * (fract(0.06 * Time) - 0.5) * 2.0;
    float sheen = exp(-4.5 * sweep * sweep) * edge(uv, 0.2, 0.9);
    color = screened(color, 0.13 * sheen * vec3(1.0, 0.95, 0.86));
    color = screened(color, 0.09 * edge(uv, 0.5, 1.1) * vec3(0.9, 0.95, 1.0));
    show(mix(original, color, Intensity));
}
