// Rain on a window: drops run down the glass and bend what is behind them; a cold, pale, dim light.

// x, y: how far a layer's drops bend the view; z: how much a drop covers this point, w: its gleam.
vec4 drops(vec2 at, vec2 cell, float speed, float layer) {
    vec2 grid = at / cell;
    float column = floor(grid.x);
    float own = chanceAt(vec2(column, layer));
    grid.y += Time * speed * (0.7 + 0.6 * own) + 7.0 * own;
    vec2 number = vec2(column, floor(grid.y));
    float chance = chanceAt(number + 3.1 * layer);
    vec2 within = grid - number - 0.5;
    // A drop sticks, then runs: a saw-tooth against the sliding cell.
    float phase = fract(Time * (0.15 + 0.2 * own) + chance);
    float stick = 0.28 * (phase < 0.7 ? phase / 0.7 : (1.0 - phase) / 0.3) - 0.1;
    vec2 middle = vec2(0.28 * (chance - 0.5) + 0.06 * sin(9.0 * grid.y), stick);
    vec2 away = (within - middle) * cell;
    float hangs = step(layer > 2.5 ? 0.72 : 0.45, chance);
    float size = min(cell.x, cell.y) * (0.16 + 0.14 * chance) * hangs;
    away.y *= away.y > 0.0 ? 0.62 : 1.0;
    float inside = 1.0 - smoothstep(0.55, 1.0, length(away) / max(size, 0.0001));
    // What the drop leaves above itself: small beads that dry.
    float above = within.y - middle.y;
    vec2 bead = vec2((within.x - middle.x) * cell.x, (fract(above * 7.0) - 0.5) * cell.y / 7.0);
    float dry = step(0.0, above) * (1.0 - smoothstep(0.0, 0.5, above)) * hangs;
    float beads = 0.6 * dry * step(layer, 1.5) * (1.0 - smoothstep(0.4, 1.0, length(bead) / max(0.4 * size, 0.0001)));
    float gleam = inside * smoothstep(0.5, 0.95, dot(normalize(away + 0.0001), vec2(-0.6, 0.8)));
    return vec4(away * inside * 2.4 + bead * beads * 2.0, max(inside, beads), gleam);
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    vec3 original = picture(uv);
    vec2 at = fromMiddle(uv);
    vec4 rain = drops(at, vec2(0.17, 0.5), 0.22, 1.0);
    rain += drops(at + 0.31, vec2(0.09, 0.3), 0.12, 2.0);
    // Drops that hang where they fell.
    rain += vec4(0.8, 0.8, 0.7, 0.25) * drops(at * vec2(1.0, -1.0) + 0.7, vec2(0.1, 0.11), 0.004, 3.0);
    // The face stays clear: the middle of the glass is drier.
    float wet = Intensity * mix(0.35, 1.0, edge(uv, 0.15, 0.75));
    vec2 bent = uv - wet * rain.xy * vec2(1.6, 1.0);
    vec3 seen = picture(bent);
    // A drop gathers light: in front of hair and shadows it is no dark speck.
    seen = mix(seen, max(seen, original), 0.8 * clamp(rain.z, 0.0, 1.0));
    // The pane is misty between the drops, most at the edges.
    float mist = 0.5 * edge(uv, 0.45, 1.1) * (1.0 - clamp(rain.z, 0.0, 1.0));
    vec2 reach = vec2(0.011, 0.006);
    vec3 soft = (picture(bent + reach) + picture(bent - reach) + picture(bent + reach * vec2(1.0, -1.0)) + picture(bent + reach * vec2(-1.0, 1.0))) / 4.0;
    vec3 color = mix(seen, soft * 0.96 + 0.03, mist);
    // Features stand out in the dim light: each point moves away from what is around it, on dark skin most.
    color += 1.1 * (1.0 - luma(color)) * (seen - soft) * (1.0 - mist);
    color = lifted(color, 0.34);
    color = toned(saturated(color, 0.62), vec3(0.48, 0.52, 0.6), vec3(0.43, 0.49, 0.58));
    color += wet * clamp(rain.w, 0.0, 1.0) * vec3(0.2, 0.25, 0.32);
    color *= 1.0 - 0.4 * edge(uv, 0.45, 1.1);
    show(mix(original, color, Intensity));
}
