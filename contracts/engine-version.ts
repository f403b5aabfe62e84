/** The version of the engine that reads, maps and checks rows; pinned in every plan and receipt. A test holds it to package.json. */
export const engineVersion = '0.1.0';
