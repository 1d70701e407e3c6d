"""A browser as those were that came before WebCrypto knew Ed25519; many phones have one."""

BEFORE_ED25519 = """(() => {
  const { importKey } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.importKey = function (format, bytes, algorithm, ...rest) {
    if (algorithm === "Ed25519") return Promise.reject(new DOMException("unknown", "NotSupportedError"));
    return importKey.call(this, format, bytes, algorithm, ...rest);
  };
})()"""
