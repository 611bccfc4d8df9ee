input_texture_2d BaseTex;
input_vec4 Tint;
input_vec2 Grid;
input_float Frame;
output_vec4 Result;

// A cell of the sheet. Cells count from the top left, texture coordinates from the bottom left.
vec4 cell(float number, vec2 uv) {
    float row = floor((number + 0.5) / Grid.x);
    float column = number - row * Grid.x;
    return BaseTex.sample(vec2((column + uv.x) / Grid.x, 1.0 - (row + 1.0 - uv.y) / Grid.y));
}

void main() {
    vec2 uv = system.getSurfaceUVCoord0();
    float count = Grid.x * Grid.y;
    float whole = floor(Frame + 0.001);
    float blend = clamp(Frame - whole, 0.0, 1.0);
    vec4 color = cell(mod(whole, count), uv);
    if (blend > 0.01) {
        // Mixed by what each covers, so that colours of transparent pixels do not bleed in.
        vec4 next = cell(mod(whole + 1.0, count), uv);
        float alpha = mix(color.a, next.a, blend);
        color = vec4(mix(color.rgb * color.a, next.rgb * next.a, blend) / max(alpha, 0.001), alpha);
    }
    // Glints, which are the whitest parts of the art, stay white under a tint, unless it is a dark one.
    float glint = smoothstep(0.92, 1.0, min(color.r, min(color.g, color.b)));
    glint *= smoothstep(0.4, 0.8, max(Tint.r, max(Tint.g, Tint.b)));
    Result = vec4(mix(color.rgb * Tint.rgb, vec3(1.0), glint), color.a * Tint.a);
}
