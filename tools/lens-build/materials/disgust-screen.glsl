// Queasy: the picture sways, and a wave of sickly hues passes slowly over it.

// Turns hues and leaves the brightness: a rotation about grey. A turn is 6.28.
vec3 hueTurned(vec3 color, float angle) {
    float grey = (color.r + color.g + color.b) / 3.0;
    vec3 along = color - grey;
    vec3 across = cross(vec3(0.57735), along);
    return grey + along * cos(angle) + across * sin(angle);
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    float slow = 6.2831853 * 0.13 * Time;
    vec2 sway = vec2(sin(3.4 * at.y + 2.0 * slow) + 0.5 * sin(6.1 * at.y - 3.0 * slow), 0.6 * sin(4.3 * at.x + 1.6 * slow));
    float rim = mix(0.3, 1.0, edge(uv, 0.1, 0.8));
    vec3 color = picture(uv + 0.011 * Intensity * rim * sway);
    float wave = sin(2.2 * at.y + 1.1 * at.x - 2.2 * slow) + 0.6 * (smoothNoise(1.8 * at + vec2(0.0, slow)) - 0.5);
    color = hueTurned(color, (0.20 + 0.24 * wave) * mix(0.7, 1.0, rim));
    color = toned(saturated(color, 0.88), vec3(0.45, 0.54, 0.38), vec3(0.5, 0.6, 0.4));
    // Bile rises at the rim.
    float bile = smoothstep(0.55, 1.1, length((uv - 0.5) * 1.4142136) + 0.14 * sin(5.0 * at.x + slow) * sin(3.0 * at.y - slow));
    color = mix(color, color * vec3(0.42, 0.62, 0.16) + vec3(0.02, 0.06, 0.0), 0.85 * bile);
    show(mix(original, color, Intensity));
}
