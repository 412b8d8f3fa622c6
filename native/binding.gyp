{
  "targets": [
    {
      "target_name": "inkstone",
      "sources": [
        "<!@(node -p \"require('fs').readdirSync('src').filter((f) => f.endsWith('.cc')).map((f) => 'src/' + f).join(' ')\")"
      ],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-Wall", "-Wextra", "-Wno-psabi", "-Wno-maybe-uninitialized", "-fvisibility=hidden"],
      "cflags_cc!": ["-std=gnu++20"],
      "cflags_cc": [
        "-std=gnu++17",
        "-O3",
        "-ffp-contract=fast",
        "-fno-math-errno",
        "-fno-trapping-math",
        "-fvisibility-inlines-hidden"
      ],
      "ldflags": ["-pthread"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "gnu++17",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi"]
      }
    }
  ]
}
