export interface ExpectedMapping { readonly file: string; readonly dataset: string }
