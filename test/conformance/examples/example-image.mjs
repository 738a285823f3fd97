/** The name that all examples give the image. */
export const EXAMPLE_IMAGE = 'registry.example.com/source-centra:0.1.0';
